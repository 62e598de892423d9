import { DingTalkError } from '../errors/dingtalk-error.ts';
import { kinds, type DingTalkErrorKind } from '../errors/kinds.ts';

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

/** Kinds that end a cached answer. */
export const refusalKinds = (Object.keys(kinds) as DingTalkErrorKind[]).filter(
  (kind) => kinds[kind].endsEntry,
);

/** True for a refusal of what was asked for; false for a failure that says nothing of it. */
export const isRefusal = (error: unknown): error is DingTalkError =>
  error instanceof DingTalkError && kinds[error.kind].endsEntry;

/** True for a refusal that may be cached for a short time. */
export const isLasting = ({ kind }: Refusal): boolean => kinds[kind].cacheable;
