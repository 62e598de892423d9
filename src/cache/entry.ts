import { DingTalkError } from '../errors/dingtalk-error.ts';
import { kinds, type DingTalkErrorKind } from '../errors/kinds.ts';
import type { Lifetimes } from './lifetimes.ts';

/** Why there is no answer. Not the error itself: its stack takes up to two kilobytes more. */
export type Refusal = Pick<DingTalkError, 'kind' | 'details'>;

/** What DingTalk said: an answer or a refusal. Shared by all callers: do not change it. */
export type Content<Answer> = { readonly answer: Answer } | { readonly refusal: Refusal };

export interface Entry<Answer = unknown> {
  readonly content: Content<Answer>;
  /** When DingTalk was asked, by this process's clock: the age of an entry counts from then. */
  readonly askedAtMs: number;
  /** Since when it has been served stale although no call for it could be sent. */
  overdueSinceMs?: number | undefined;
}

/** An entry that may be served, and whether it needs revalidation. */
export interface ServableEntry<Answer = unknown> {
  readonly entry: Entry<Answer>;
  readonly isStale: boolean;
}

/** Undefined for an entry that is too old, and for a refusal that may not be cached. */
export function servable(
  entry: Entry,
  nowMs: number,
  { ttlMs, staleMs, negativeTtlMs, isOver }: Lifetimes,
): ServableEntry | undefined {
  const { content, askedAtMs } = entry;
  const ageMs = nowMs - askedAtMs;
  if ('refusal' in content) {
    return isLasting(content.refusal) && ageMs < negativeTtlMs ? { entry, isStale: false } : undefined;
  }
  if (isOver?.(content.answer) === true) return undefined;
  return ageMs < ttlMs + staleMs ? { entry, isStale: ageMs >= ttlMs } : undefined;
}

/** The entry if it may be served now; `isStaleAllowed` says whether a stale one may. */
export function usable(
  entry: Entry | undefined,
  nowMs: number,
  lifetimes: Lifetimes,
  isStaleAllowed: boolean,
): ServableEntry | undefined {
  const found = entry && servable(entry, nowMs, lifetimes);
  return found?.isStale === true && !isStaleAllowed ? undefined : found;
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
