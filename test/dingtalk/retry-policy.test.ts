import { expect, test } from '@jest/globals';
import { DingTalkError, NotSentError, type DingTalkErrorDetails } from '../../src/errors/dingtalk-error.ts';
import type { DingTalkErrorKind } from '../../src/errors/kinds.ts';
import { afterFailure, type Progress } from '../../src/dingtalk/resilience/retry-policy.ts';

const firstFailed: Progress = { attempts: 1, replayed: false, renewed: false, remainingMs: 5000 };
const giveUp = { kind: 'give-up' };
const retryAfter = (delayMs: number) => ({ kind: 'retry', delayMs });

test.each<[what: string, kind: DingTalkErrorKind, details: DingTalkErrorDetails, step: object]>([
  ['a documented fault of DingTalk', 'unavailable', { documented: true, status: 500 }, retryAfter(100)],
  ['an overload with a 4xx', 'unavailable', { documented: true, status: 429 }, retryAfter(100)],
  ['a bare 502', 'unavailable', { status: 502 }, retryAfter(100)],
  ['no connection', 'unavailable', { reason: 'ECONNREFUSED' }, retryAfter(100)],
  ['a wait that DingTalk asks for', 'unavailable', { status: 503, retryAfterMs: 3000 }, retryAfter(3000)],
  ['an unheard-of code with an odd status', 'unavailable', { code: 'novelty', status: 401 }, giveUp],
  ['an attempt that took too long', 'timeout', {}, giveUp],
  ['too fast', 'rate-limited', { status: 403, retryAfterMs: 1000 }, retryAfter(1250)],
  ['too many a minute', 'rate-limited', { status: 403, retryAfterMs: 60_000 }, giveUp],
  ['a dead connection', 'unavailable', { deadConnection: true }, { kind: 'replay' }],
  ['a stale token', 'stale-token', { status: 400 }, { kind: 'renew-token' }],
  ['an IP ban', 'ip-banned', { status: 403, retryAfterMs: 1000 }, giveUp],
  ['a spent quota', 'quota-exhausted', { status: 403 }, giveUp],
  ['an answer that breaks its promise', 'malformed-response', { status: 200 }, giveUp],
  ['a wrong argument', 'bad-argument', { status: 400 }, giveUp],
  ['no permission', 'forbidden', { status: 403 }, giveUp],
  ['no such group', 'not-found', { status: 404 }, giveUp],
  ['an application that is refused', 'misconfigured', { status: 400 }, giveUp],
])('%s', (_what, kind, details, step) => {
  expect(afterFailure(new DingTalkError(kind, details), firstFailed, 0.5)).toEqual(step);
});

const unavailable = new DingTalkError('unavailable', { status: 500 });

test('a call that was not sent is not retried', () => {
  expect(afterFailure(new NotSentError('unavailable'), firstFailed, 0.5)).toEqual(giveUp);
});

test('makes three attempts at most', () => {
  expect(afterFailure(unavailable, { ...firstFailed, attempts: 2 }, 0.5)).toEqual(retryAfter(200));
  expect(afterFailure(unavailable, { ...firstFailed, attempts: 3 }, 0.5)).toEqual(giveUp);
});

test('the wait is random, from zero to a limit that doubles', () => {
  const waits = [0, 0.5, 0.999].map((random) => afterFailure(unavailable, firstFailed, random));
  expect(waits).toEqual([retryAfter(0), retryAfter(100), retryAfter(199.8)]);
});

test('gives up if the wait would pass the deadline', () => {
  const tooFast = new DingTalkError('rate-limited', { status: 403, retryAfterMs: 1000 });
  expect(afterFailure(tooFast, { ...firstFailed, remainingMs: 1099 }, 0)).toEqual(giveUp);
  expect(afterFailure(tooFast, { ...firstFailed, remainingMs: 1100 }, 0)).toEqual(retryAfter(1000));
  expect(afterFailure(unavailable, { ...firstFailed, remainingMs: 99 }, 0)).toEqual(giveUp);
});

test('a token is renewed once', () => {
  const stale = new DingTalkError('stale-token', { status: 400 });
  expect(afterFailure(stale, { ...firstFailed, renewed: true }, 0.5)).toEqual(giveUp);
  // However little time is left: a stale token is never reported to a client.
  expect(afterFailure(stale, { ...firstFailed, remainingMs: 1 }, 0.5)).toEqual({ kind: 'renew-token' });
});

test('a dead connection is replayed once, then treated like any other failure', () => {
  const dead = new DingTalkError('unavailable', { deadConnection: true });
  expect(afterFailure(dead, { ...firstFailed, replayed: true }, 0.5)).toEqual(retryAfter(100));
});
