import * as z from 'zod';
import type { Codec } from '../domain/codec.ts';
import { publicCodes, type PublicCode } from '../errors/codes.ts';
import { refusalKinds, type Content, type Entry } from './entry.ts';

const refusal = z.object({
  kind: z.enum(refusalKinds),
  details: z.object({
    code: z.string().optional(),
    documented: z.literal(true).optional(),
    status: z.number().optional(),
    requestId: z.string().optional(),
    requiredScopes: z.array(z.string()).optional(),
    retryAfterMs: z.number().optional(),
    reason: z.string().optional(),
    public: z
      .object({
        code: z.enum(Object.keys(publicCodes) as PublicCode[]).optional(),
        message: z.string(),
        argument: z.string().optional(),
      })
      .optional(),
  }),
});
const storedContent = z.union([z.object({ refusal }), z.object({ answer: z.unknown() })]);

/** What DingTalk said, as JSON can hold it: the answer is encoded by its endpoint's codec. */
export type StoredContent = z.output<typeof storedContent>;

/** An entry that other processes can read. */
export interface StoredEntry {
  readonly content: StoredContent;
  /** By this process's clock. */
  readonly askedAtMs: number;
}

export function encodeEntry(codec: Codec<unknown>, { content, askedAtMs }: Entry): StoredEntry {
  return { content: encodeContent(codec, content), askedAtMs };
}

/** Undefined for what is no answer of this endpoint, such as one of another version of the gateway. */
export function decodeEntry<Answer>(codec: Codec<Answer>, stored: StoredEntry): Entry<Answer> | undefined {
  const { content, askedAtMs } = stored;
  if ('refusal' in content) return { content, askedAtMs };
  const { data: answer, success } = codec.safeParse(content.answer);
  return success ? { content: { answer }, askedAtMs } : undefined;
}

function encodeContent(codec: Codec<unknown>, content: Content<unknown>): StoredContent {
  if (!('refusal' in content)) return { answer: z.encode(codec, content.answer) };
  const { kind, details } = content.refusal;
  return { refusal: refusal.parse({ kind, details }) };
}

const sealedEntry = z.object({ content: storedContent, askedAtRedisMs: z.int() });

/** What is sealed together. The time is sealed too: one beside the seal could be replaced. */
export type SealedEntry = z.output<typeof sealedEntry>;

/** Undefined for a text that is no entry. */
export function parseSealedEntry(text: string): SealedEntry | undefined {
  try {
    return sealedEntry.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
