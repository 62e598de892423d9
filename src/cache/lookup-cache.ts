import type { Clock } from '../async/clock.ts';
import { Deadline, type Waiting } from '../async/deadline.ts';
import type { DingTalk } from '../dingtalk/dingtalk.ts';
import type { CacheableEndpoint, Endpoint, Implied, UncacheableEndpoint } from '../domain/endpoint.ts';
import type { Observer } from '../domain/observer.ts';
import type { LookupSpan, OperationSpan } from '../domain/tracer.ts';
import { turnKey, type Viewer } from '../domain/viewer.ts';
import { DingTalkError } from '../errors/dingtalk-error.ts';
import type { SealedRedis } from '../redis/sealed-redis.ts';
import type { Member } from './batch.ts';
import { createCalls } from './calls.ts';
import { servable, type Entry, type ServableEntry } from './entry.ts';
import { createFreshLookups } from './fresh-lookups.ts';
import { createInvalidations } from './invalidations.ts';
import { createLifetimes, type CacheTimes, type Lifetimes } from './lifetimes.ts';
import type { LookupKeyOf } from './lookup-key.ts';
import { createLookupReports, type LookupReport, type OnEnded } from './lookup-report.ts';
import { createMemory, deleteAskedBefore, isOverdue, markServedStale, type MemoryLimits } from './memory.ts';
import { createReadThrough, type ImpliedEntry, type Lookup } from './read-through.ts';
import { createRedisStore } from './redis-store.ts';
import { createRefusalLog } from './refusal-log.ts';
import { createRevalidation, saysOfDingTalk } from './revalidation.ts';
import { createSingleFlight, newFlight, watchOf } from './single-flight.ts';

/** Answers of DingTalk for viewers: from memory, Redis, a call under way, or a call. */
export interface LookupCache {
  /**
   * What `endpoint` answers to each of `inputs` for `viewer`: one promise an input, in their order. Where the endpoint
   * has a batch form, the inputs that need a call go out together. `onEnded` is called with how each lookup went.
   *
   * @throws {DingTalkError} for every failure of DingTalk or on the way to it.
   * @throws the reason of `waiting`, if it is aborted first.
   */
  find<Input, Answer>(
    endpoint: Endpoint<Input, Answer>,
    inputs: readonly Input[],
    viewer: Viewer,
    waiting: Waiting,
    onEnded?: OnEnded<Input>,
    asking?: Asking,
  ): readonly Promise<Answer>[];
  /** The entries of this process. */
  readonly cached: { readonly entries: number; readonly bytes: number };
  /** False once no entry of this process can be served any more, by the longest times of the configuration. */
  readonly remembers: boolean;
  /** Ends the revalidations under way. */
  close(): Promise<void>;
}

/** The request that asks. */
interface Asking {
  /** Each lookup is a span of it. */
  readonly operation?: OperationSpan | undefined;
  /** Looked up again, see {@link FreshLookups}. Where that fails, what is cached is served as ever. */
  readonly isFresh?: boolean;
}

/** Gives a lookup that may need a call its place among those that call together. */
type Join<Answer> = (onCall: (() => void) | undefined) => Member<Answer>;

interface LookupCacheOptions {
  readonly dingtalk: DingTalk;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** With a `ttlMs` of 0 nothing is cached. */
  readonly cache: CacheTimes & MemoryLimits & { readonly freshMinMs: number };
  readonly keyOf: LookupKeyOf;
  /** Undefined: entries live in this process only. */
  readonly sealedRedis: SealedRedis | undefined;
  readonly observer: Observer;
  readonly onRevalidationFailed: (error: unknown) => void;
}

export function createLookupCache(options: LookupCacheOptions): LookupCache {
  const { dingtalk, clock, timeoutMs, cache, keyOf, sealedRedis, observer, onRevalidationFailed } = options;
  let latestAskedAtMs = -Infinity;
  const onStored = ({ askedAtMs }: Entry): void => {
    if (askedAtMs > latestAskedAtMs) latestAskedAtMs = askedAtMs;
  };
  const memory = cache.ttlMs > 0 ? createMemory(cache, onStored) : undefined;
  const refusals = memory && sealedRedis && createRefusalLog(sealedRedis, clock);
  const redis = refusals && createRedisStore(sealedRedis, clock, refusals);
  const invalidations = createInvalidations();
  const lifetimesOf = createLifetimes(cache, () => clock.wallMs());
  const freshLookups = createFreshLookups(clock, cache.freshMinMs);
  const readThrough = createReadThrough({ clock, timeoutMs, invalidations, memory, redis, freshLookups });
  const flights = createSingleFlight<ServableEntry>(clock, timeoutMs);
  const reported = createLookupReports(clock, observer);
  const revalidation = createRevalidation({ clock, memory, onFailed: onRevalidationFailed });
  refusals?.follow({
    onRefused(key) {
      const flight = flights.at(key);
      if (flight) flight.isInvalidated = true;
      invalidations.note(key, clock.nowMs());
      memory?.delete(key);
    },
    onMissed: (beforeMs) => memory && deleteAskedBefore(memory, beforeMs),
  });

  /** Joins the flight for the lookup's key, or starts one: only that may call, so `join` is for it. */
  function fly<Answer>(
    lookup: Lookup<Answer>,
    join: Join<Answer>,
    waiting: Waiting,
    isStaleAllowed: boolean,
    span: LookupSpan | undefined,
    report?: LookupReport,
  ): Promise<ServableEntry> {
    return flights.join(
      lookup.key,
      waiting,
      (flight, deadline) => {
        flight.span = span;
        const member = join(report && (() => report.called()));
        return readThrough(lookup, member, flight, deadline, isStaleAllowed);
      },
      (flight, isFirst) => {
        report?.joined(flight, isFirst);
        // Otherwise it waits in the place of the client that came first, perhaps behind a thousand others.
        if (!isFirst && lookup.viewer.keyName !== undefined) flight.joined.join(turnKey(lookup.viewer));
      },
    );
  }

  function servableNow(key: string, lifetimes: Lifetimes): ServableEntry | undefined {
    const nowMs = clock.nowMs();
    const known = memory?.get(key);
    return known && !isOverdue(known, nowMs) ? servable(known, nowMs, lifetimes) : undefined;
  }

  function isPassedOver({ key, lifetimes }: Pick<Lookup<never>, 'key' | 'lifetimes'>): boolean {
    if (!memory || !freshLookups.isDue(key)) return false;
    return servableNow(key, freshLookups.acceptedOf(lifetimes)) === undefined;
  }

  async function findFresh<Answer>(
    lookup: Lookup<Answer>,
    join: Join<Answer>,
    waiting: Waiting,
    report: LookupReport,
  ): Promise<ServableEntry> {
    const startedAtMs = clock.nowMs();
    const accepted = freshLookups.acceptedOf(lookup.lifetimes);
    const fresh = { ...lookup, accepted };
    const flyFresh = (): Promise<ServableEntry> => fly(fresh, join, waiting, false, report.span, report);
    try {
      const landed = await flyFresh();
      if (!report.joinedNoCall || servable(landed.entry, startedAtMs, accepted)) return landed;
      // For the flight that it joined, an older entry of Redis did.
      return await flyFresh();
    } catch (error) {
      const spare = waiting.signal.aborted ? undefined : servableNow(lookup.key, lookup.lifetimes);
      if (!spare) throw error;
      // Stale entries without a call are served for a moment only, however they are asked for.
      if (memory && spare.isStale && !saysOfDingTalk(error)) markServedStale(memory, lookup.key, startedAtMs);
      onRevalidationFailed(error);
      report.tookSpare();
      return spare;
    }
  }

  async function findCached<Answer>(
    lookup: Lookup<Answer>,
    join: Join<Answer>,
    waiting: Waiting,
    report: LookupReport,
    isFresh: boolean,
  ): Promise<Answer> {
    const { key, lifetimes } = lookup;
    const { span } = report;
    let found: ServableEntry;
    if (isFresh && isPassedOver(lookup)) {
      found = await findFresh(lookup, join, waiting, report);
    } else {
      const nowMs = clock.nowMs();
      const known = memory?.get(key);
      const isStaleAllowed = known === undefined || !isOverdue(known, nowMs);
      const inMemory = known && isStaleAllowed ? servable(known, nowMs, lifetimes) : undefined;
      found = inMemory ?? (await fly(lookup, join, waiting, isStaleAllowed, span, report));
      if (found.isStale) {
        revalidation.start(key, (signal) => {
          return fly(lookup, join, { signal, remainingMs: () => timeoutMs }, false, span);
        });
      }
    }
    const { entry, isStale } = found;
    report.found(clock.nowMs() - entry.askedAtMs, isStale);
    if ('refusal' in entry.content) {
      const { kind, details } = entry.content.refusal;
      throw new DingTalkError(kind, details);
    }
    report.answered(entry.askedAtMs + lifetimes.reusableMs);
    // The key names the API, so that its own codec has read the answer.
    return entry.content.answer as Answer;
  }

  async function findUncached<Input, Answer>(
    endpoint: UncacheableEndpoint<Input, Answer>,
    input: Input,
    viewer: Viewer,
    waiting: Waiting,
    report: LookupReport,
  ): Promise<Answer> {
    using deadline = new Deadline(clock, Math.min(timeoutMs, waiting.remainingMs()), waiting.signal);
    const flight = newFlight();
    report.joined(flight, true);
    flight.span = report.span;
    const watch = watchOf(flight);
    const onAttempt = (): void => {
      report.called();
      watch.onAttempt?.();
    };
    return await dingtalk.call(endpoint, input, viewer, { ...watch, deadline, onAttempt });
  }

  function impliedBy<Input, Answer>(
    endpoint: CacheableEndpoint<Input, Answer>,
    input: Input,
    viewer: Viewer,
  ): Lookup<Answer>['implied'] {
    if (!endpoint.implies) return undefined;
    const toEntry = ({ endpoint: { name }, input: itsInput, answer }: Implied): ImpliedEntry => ({
      key: keyOf(name, itsInput, viewer),
      answer,
    });
    return (answer) => endpoint.implies?.(input, answer).map(toEntry) ?? [];
  }

  return {
    find(endpoint, inputs, viewer, waiting, onEnded, { operation, isFresh = false } = {}) {
      const { name } = endpoint;
      if (endpoint.freshness === 'never') {
        return inputs.map((input) =>
          reported(
            name,
            input,
            onEnded,
            (report) => findUncached(endpoint, input, viewer, waiting, report),
            operation,
          ),
        );
      }
      const lifetimes = lifetimesOf(endpoint);
      const codec = endpoint.answer;
      const calls = createCalls(endpoint, viewer, dingtalk, clock);
      return inputs.map((input) => {
        const implied = impliedBy(endpoint, input, viewer);
        const key = keyOf(name, input, viewer);
        const lookup = { key, viewer, codec, lifetimes, accepted: lifetimes, implied };
        return reported(
          name,
          input,
          onEnded,
          (report) => findCached(lookup, (onCall) => calls.join(input, onCall), waiting, report, isFresh),
          operation,
        );
      });
    },
    get cached() {
      return { entries: memory?.size ?? 0, bytes: memory?.calculatedSize ?? 0 };
    },
    get remembers() {
      const longestMs = Math.max(cache.ttlMs, cache.listTtlMs) + cache.staleMs;
      return (memory?.size ?? 0) > 0 && clock.nowMs() - latestAskedAtMs < longestMs;
    },
    async close() {
      refusals?.close();
      await revalidation.close();
    },
  };
}
