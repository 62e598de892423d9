import * as z from 'zod';
import type { Endpoint } from '../domain/endpoint.ts';
import { publicCodes, type PublicCode } from '../errors/codes.ts';
import { refusalKinds, type Outcome } from './entry.ts';

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
const keptSchema = z.union([z.object({ refusal }), z.object({ answer: z.unknown() })]);

/** An outcome as JSON can hold it: an answer in the words of its endpoint's schema, or a refusal. */
export type Kept = z.output<typeof keptSchema>;

/** The outcome as other processes can read it: the schema of its endpoint reads both ways. */
export function keep(schema: Endpoint<never, unknown>['answer'], outcome: Outcome<unknown>): Kept {
  if (!('refusal' in outcome)) return { answer: z.encode(schema, outcome.answer) };
  const { kind, details } = outcome.refusal;
  return { refusal: refusal.parse({ kind, details }) };
}

/** What was kept; undefined for what is no answer of this schema, wherever it came from. */
export function readKept<Answer>(
  schema: Endpoint<never, Answer>['answer'],
  kept: Kept,
): Outcome<Answer> | undefined {
  if ('refusal' in kept) return kept;
  const parsed = schema.safeParse(kept.answer);
  return parsed.success ? { answer: parsed.data } : undefined;
}

const entrySchema = z.object({ kept: keptSchema, askedAtRedisMs: z.int() });

/** What is sealed together. The time is in there: one that stands beside the seal can be replaced. */
export type SealedEntry = z.output<typeof entrySchema>;

/** Undefined for a text that is no entry. */
export function parseSealedEntry(text: string): SealedEntry | undefined {
  try {
    return entrySchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
