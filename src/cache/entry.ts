import { DingTalkError, type DingTalkErrorKind } from '../errors/dingtalk-error.ts';

/** Why there is no answer. Not the error itself: that takes up to two kilobytes more, for the stack. */
export type Refusal = Pick<DingTalkError, 'kind' | 'details'>;

/** What a lookup comes to: the answer, or DingTalk's refusal. Shared by all who ask: not to be changed. */
export type Outcome<Answer> = { readonly answer: Answer } | { readonly refusal: Refusal };

/** An outcome, and when DingTalk was asked for it, on this process's own clock. */
export interface Remembered {
  readonly outcome: Outcome<unknown>;
  readonly askedAtMs: number;
  /** Since when it has been served stale although no call for it could be sent; undefined where that is not so. */
  overdueSinceMs?: number | undefined;
}

/** Refusals of what was asked for to whoever asked: they may be told again for a while. */
export const lastingKinds = [
  'forbidden',
  'cross-organization',
  'conversation-not-found',
  'space-not-found',
  'not-found',
] as const satisfies readonly DingTalkErrorKind[];
/** These end what was known before as well, but are never told again. */
export const passingKinds = [
  'bad-argument',
  'bad-conversation-id',
] as const satisfies readonly DingTalkErrorKind[];

const refusals: ReadonlySet<DingTalkErrorKind> = new Set([...lastingKinds, ...passingKinds]);
const lasting: ReadonlySet<DingTalkErrorKind> = new Set(lastingKinds);

/** True for a failure that is DingTalk's word on what was asked for; false for one that says nothing of it. */
export const isRefusal = (error: unknown): error is DingTalkError =>
  error instanceof DingTalkError && refusals.has(error.kind);

/** True for a refusal that holds long enough to be told again without asking. */
export const isLasting = ({ kind }: Refusal): boolean => lasting.has(kind);
