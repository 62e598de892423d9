import type { Clock } from '../clock.ts';
import type { CacheConfig } from '../config/config.ts';
import type { Deadline } from '../dingtalk/deadline.ts';
import type { DingTalk } from '../dingtalk/dingtalk.ts';
import type { Endpoint } from '../dingtalk/endpoint.ts';
import type { LookupSource } from '../observer.ts';
import type { Viewer } from '../viewer.ts';
import { ifGood, type Found } from './freshness.ts';
import { isRefusal, keepAnswer, keepRefusal, readKept } from './kept.ts';
import type { MemoryTier, Remembered } from './memory-tier.ts';
import type { Reading, RedisTier } from './redis-tier.ts';

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
    { endpoint, input, viewer }: Question<Input, Answer>,
    trip: Trip,
    deadline: Deadline,
  ): Promise<Remembered> {
    // By the last attempt's start: whatever changes at DingTalk afterwards is news.
    let askedAtMs = clock.nowMs();
    const onAttempt = (): void => {
      trip.attempts += 1;
      askedAtMs = clock.nowMs();
    };
    try {
      const answer = await dingtalk.call(endpoint, input, viewer, { deadline, onAttempt });
      return { kept: keepAnswer(endpoint.answer, answer), askedAtMs };
    } catch (error) {
      const kept = keepRefusal(error);
      if (!kept) throw error;
      return { kept, askedAtMs };
    }
  }

  async function keep(
    key: string,
    found: Remembered,
    outdated: boolean,
    reading: Reading | undefined,
  ): Promise<void> {
    if (isRefusal(found.kept)) {
      await memory?.set(key, found);
      // Awaited: whoever is told that they were refused finds it so everywhere.
      await redis?.drop(key, found, reading, keepRefusalMs);
    } else if (!outdated) {
      await memory?.set(key, found);
      if (reading) void redis?.keep(key, found, reading, keepMs);
    }
  }

  return async (question, trip, deadline, staleWillDo) => {
    const { key, endpoint } = question;
    // Again: the last flight may have landed between the caller's look and this one's start.
    const known = await memory?.get(key);
    const knownNow = ifWillDo(known, staleWillDo);
    if (knownNow) {
      trip.source = 'memory';
      return knownNow;
    }
    const reading = await redis?.read(key);
    // What was asked for before the last word that is known here was ended by it, even where Redis did not hear of it.
    const isNews = reading?.held && reading.held.askedAtMs > (known?.askedAtMs ?? -Infinity);
    const held = isNews ? ifWillDo(reading.held, staleWillDo) : undefined;
    // Another version of the gateway may have kept what this one cannot read.
    if (held && readKept(endpoint.answer, held.kept)) {
      if (!trip.dropped) await memory?.set(key, held);
      trip.source = 'redis';
      return held;
    }
    const found = await askDingTalk(question, trip, deadline);
    // After a flight that was given up another one may have begun, and have been told otherwise.
    const outdated = trip.dropped || deadline.signal.aborted;
    if (memory) await keep(key, found, outdated, reading);
    return { ...found, stale: false };
  };
}
