import type { Clock } from '../async/clock.ts';
import type { CacheConfig } from '../config/config.ts';
import { startDeadline, type Waiting } from '../async/deadline.ts';
import { DingTalkError } from '../errors/dingtalk-error.ts';
import type { DingTalk } from '../dingtalk/dingtalk.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { Observer } from '../domain/observer.ts';
import type { Shared } from '../redis/shared.ts';
import type { Viewer } from '../domain/viewer.ts';
import { createLookUp, newTrip, type Question } from './read-through.ts';
import { startLookupReport, type EndedLookup, type LookupReport } from './lookup-report.ts';
import type { LookupKeyOf } from './lookup-key.ts';
import { createMemoryTier } from './memory-tier.ts';
import { createRedisTier } from './redis-store.ts';
import { createRefreshes } from './revalidation.ts';
import { createSearch } from './search.ts';

/** Answers of DingTalk for viewers, each within one deadline, and none of them asked for more often than needed. */
export interface Lookups {
  /**
   * What `endpoint` says of `input` to `viewer`. `onEnded` hears how it was found, or not.
   *
   * @throws {DingTalkError} for every failure of DingTalk or on the way to it.
   * @throws what `waiting` is aborted with, if that is earlier.
   */
  find<Input, Answer>(
    endpoint: Endpoint<Input, Answer>,
    input: Input,
    viewer: Viewer,
    waiting: Waiting,
    onEnded?: (lookup: EndedLookup) => void,
  ): Promise<Answer>;
  /** How many lookups are remembered in this process, and what they take. */
  readonly cached: { readonly entries: number; readonly bytes: number };
  /** Ends what is looked up in the background. */
  close(): Promise<void>;
}

interface LookupsOptions {
  readonly dingtalk: DingTalk;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly cache: CacheConfig;
  readonly keyOf: LookupKeyOf;
  /** Undefined: this process remembers by itself. */
  readonly shared: Shared | undefined;
  readonly observer: Observer;
  /** Told why something could not be looked up anew in the background. */
  readonly onRefreshFailed: (error: unknown) => void;
}

export function createLookups(options: LookupsOptions): Lookups {
  const { dingtalk, clock, timeoutMs, cache, keyOf, shared, observer, onRefreshFailed } = options;
  const memory = cache.ttlMs > 0 ? createMemoryTier(cache) : undefined;
  const redis = memory && shared && createRedisTier(shared, clock);
  const lookUp = createLookUp({ dingtalk, clock, timeoutMs, cache, memory, redis });
  const refreshes = createRefreshes(clock, onRefreshFailed);
  const search = createSearch({ lookUp, memory, redis, refreshes, clock, timeoutMs, cache });

  async function findAlone<Input, Answer>(
    { endpoint, input, viewer }: Question<Input, Answer>,
    { signal, remainingMs }: Waiting,
    report: LookupReport,
  ): Promise<Answer> {
    using deadline = startDeadline(clock, Math.min(timeoutMs, remainingMs()), signal);
    const trip = newTrip();
    report.boarded(trip, false);
    const onAttempt = (): void => void (trip.attempts += 1);
    return await dingtalk.call(endpoint, input, viewer, { deadline, onAttempt });
  }

  return {
    async find<Input, Answer>(
      endpoint: Endpoint<Input, Answer>,
      input: Input,
      viewer: Viewer,
      waiting: Waiting,
      onEnded?: (lookup: EndedLookup) => void,
    ) {
      const report = startLookupReport({ api: endpoint.name, clock, observer, onEnded });
      const question = { key: keyOf(endpoint.name, input, viewer), endpoint, input, viewer };
      let failure: unknown;
      try {
        if (!endpoint.repeatable) return await findAlone(question, waiting, report);
        const found = search.known(question.key) ?? (await search.further(question, waiting, report.boarded));
        if (found.stale) search.refresh(question);
        report.found(clock.nowMs() - found.askedAtMs, found.stale);
        if ('refusal' in found.outcome) {
          const { kind, details } = found.outcome.refusal;
          throw new DingTalkError(kind, details);
        }
        // The key names the API: under it nothing is remembered but what its own schema read.
        return found.outcome.answer as Answer;
      } catch (error) {
        failure = error;
        throw error;
      } finally {
        report.end(failure);
      }
    },
    get cached() {
      return { entries: memory?.size ?? 0, bytes: memory?.calculatedSize ?? 0 };
    },
    close: () => refreshes.close(),
  };
}
