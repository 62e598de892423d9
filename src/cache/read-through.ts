import type { Clock } from '../async/clock.ts';
import type { CacheConfig } from '../config/config.ts';
import type { Deadline } from '../async/deadline.ts';
import type { DingTalk } from '../dingtalk/dingtalk.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { LookupSource } from '../domain/observer.ts';
import type { Viewer } from '../domain/viewer.ts';
import { ifGood, type Found } from './freshness.ts';
import { keep, readKept } from './entry-codec.ts';
import { noteSent, type MemoryTier } from './memory-tier.ts';
import { isRefusal, type Remembered } from './entry.ts';
import type { KeptSince, Reading, RedisTier } from './redis-store.ts';

export interface Question<Input, Answer> {
  readonly key: string;
  readonly endpoint: Endpoint<Input, Answer>;
  readonly input: Input;
  readonly viewer: Viewer;
}

/** How far a look-up has come. */
export interface Trip {
  source: LookupSource;
  attempts: number;
  /** Another replica was refused meanwhile: what this trip brings is for those who wait and nobody after them. */
  dropped: boolean;
}

export const newTrip = (): Trip => ({ source: 'upstream', attempts: 0, dropped: false });

/** The way of one question beyond what is known at once: memory, Redis, DingTalk. */
export type LookUp = <Input, Answer>(
  question: Question<Input, Answer>,
  trip: Trip,
  deadline: Deadline,
  /** What is stale is good enough. */
  staleWillDo: boolean,
) => Promise<Found>;

interface LookUpDependencies {
  readonly dingtalk: DingTalk;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly cache: CacheConfig;
  /** Undefined where nothing is kept. */
  readonly memory: MemoryTier | undefined;
  readonly redis: RedisTier | undefined;
}

/** @throws {DingTalkError} for every failure that says nothing of what was asked for. */
export function createLookUp(dependencies: LookUpDependencies): LookUp {
  const { dingtalk, clock, timeoutMs, cache, memory, redis } = dependencies;
  const keepMs = cache.ttlMs + cache.staleMs;
  // For as long as a call may take that began before: it must not put back what the refusal ended.
  const keepRefusalMs = Math.max(cache.negativeTtlMs, timeoutMs);

  const ifWillDo = (remembered: Remembered | undefined, staleWillDo: boolean): Found | undefined => {
    const found = ifGood(remembered, clock.nowMs(), cache);
    return found?.stale === true && !staleWillDo ? undefined : found;
  };

  async function askDingTalk<Input, Answer>(
    { key, endpoint, input, viewer }: Question<Input, Answer>,
    trip: Trip,
    deadline: Deadline,
  ): Promise<Remembered> {
    // By the last attempt's start: whatever changes at DingTalk afterwards is news.
    let askedAtMs = clock.nowMs();
    const onAttempt = (): void => {
      trip.attempts += 1;
      askedAtMs = clock.nowMs();
      if (memory) noteSent(memory, key);
    };
    try {
      const answer = await dingtalk.call(endpoint, input, viewer, { deadline, onAttempt });
      return { outcome: { answer }, askedAtMs };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const { kind, details } = error;
      return { outcome: { refusal: { kind, details } }, askedAtMs };
    }
  }

  async function remember<Input, Answer>(
    { key, endpoint }: Question<Input, Answer>,
    found: Remembered,
    outdated: boolean,
    reading: Reading | undefined,
  ): Promise<void> {
    const { outcome, askedAtMs } = found;
    const refused = 'refusal' in outcome;
    if (refused || !outdated) memory?.set(key, found);
    if (!redis) return;
    const entry = (): KeptSince => ({ kept: keep(endpoint.answer, outcome), askedAtMs });
    // Awaited: whoever is told that they were refused finds it so everywhere.
    if (refused) await redis.drop(key, entry(), reading, keepRefusalMs);
    else if (!outdated && reading) void redis.keep(key, entry(), reading, keepMs);
  }

  return async (question, trip, deadline, staleWillDo) => {
    const { key } = question;
    // Again: the last flight may have landed between the caller's look and this one's start.
    const known = memory?.get(key);
    const knownNow = ifWillDo(known, staleWillDo);
    if (knownNow) {
      trip.source = 'memory';
      return knownNow;
    }
    const reading = redis && (await redis.read(key));
    const held = ifWillDo(newsIn(question, reading, known), staleWillDo);
    if (held) {
      if (!trip.dropped) memory?.set(key, held);
      trip.source = 'redis';
      return held;
    }
    const found = await askDingTalk(question, trip, deadline);
    // After a flight that was given up another one may have begun, and have been told otherwise.
    const outdated = trip.dropped || deadline.signal.aborted;
    if (memory) await remember(question, found, outdated, reading);
    return { ...found, stale: false };
  };
}

/** What Redis holds, where it is news here and this version of the gateway can read it. */
function newsIn<Input, Answer>(
  { endpoint }: Question<Input, Answer>,
  reading: Reading | undefined,
  known: Remembered | undefined,
): Remembered | undefined {
  const held = reading?.held;
  // What was asked for before the last word that is known here was ended by it, even where Redis did not hear of it.
  if (!held || held.askedAtMs <= (known?.askedAtMs ?? -Infinity)) return undefined;
  const outcome = readKept(endpoint.answer, held.kept);
  return outcome && { outcome, askedAtMs: held.askedAtMs };
}
