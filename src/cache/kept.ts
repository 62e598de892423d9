import { z } from 'zod';
import { DingTalkError, type DingTalkErrorKind } from '../dingtalk/dingtalk-error.ts';
import type { Endpoint } from '../dingtalk/endpoint.ts';

/** Refusals of what was asked for to whoever asked: they may be told again for a while. */
const lastingKinds = [
  'forbidden',
  'cross-organization',
  'conversation-not-found',
  'space-not-found',
  'not-found',
] as const satisfies readonly DingTalkErrorKind[];
/** These end what was known before as well, but are never told again. */
const passingKinds = ['bad-argument', 'bad-conversation-id'] as const satisfies readonly DingTalkErrorKind[];

const refusal = z.object({
  kind: z.enum([...lastingKinds, ...passingKinds]),
  details: z.object({
    code: z.string().optional(),
    status: z.number().optional(),
    requestId: z.string().optional(),
    requiredScopes: z.array(z.string()).optional(),
    retryAfterMs: z.number().optional(),
    reason: z.string().optional(),
  }),
});
const keptSchema = z.union([z.object({ refusal }), z.object({ answer: z.unknown() })]);

/** What DingTalk said once, as JSON can hold it: an answer in the words of its endpoint's schema, or a refusal. */
export type Kept = z.output<typeof keptSchema>;

/** What a lookup comes to: the answer, or why there is none. */
export type Outcome<Answer> = { readonly answer: Answer } | { readonly error: DingTalkError };

export const isRefusal = (kept: Kept): boolean => 'refusal' in kept;

/** True for a refusal that holds long enough to be told again without asking. */
export const isLasting = (kept: Kept): boolean =>
  'refusal' in kept && lastingKinds.some((kind) => kind === kept.refusal.kind);

/** The answer in the words of its endpoint's schema, which reads both ways. */
export const keepAnswer = <Answer>(schema: Endpoint<never, Answer>['answer'], answer: Answer): Kept => ({
  answer: z.encode(schema, answer),
});

/** Undefined for a failure that says nothing of what was asked for. */
export function keepRefusal(error: unknown): Kept | undefined {
  if (!(error instanceof DingTalkError)) return undefined;
  const { kind, details } = error;
  const parsed = refusal.safeParse({ kind, details });
  return parsed.success ? { refusal: parsed.data } : undefined;
}

/** A copy of what was kept; undefined for what is no answer of this schema, wherever it came from. */
export function readKept<Answer>(
  schema: Endpoint<never, Answer>['answer'],
  kept: Kept,
): Outcome<Answer> | undefined {
  if ('refusal' in kept) return { error: new DingTalkError(kept.refusal.kind, kept.refusal.details) };
  const parsed = schema.safeParse(kept.answer);
  return parsed.success ? { answer: parsed.data } : undefined;
}

/** Undefined for a text that holds nothing kept. */
export function parseKept(text: string): Kept | undefined {
  try {
    return keptSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
