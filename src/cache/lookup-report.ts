import type { Clock } from '../async/clock.ts';
import { ClientGoneError } from '../errors/client-gone-error.ts';
import type { PublicCode } from '../errors/codes.ts';
import { DingTalkError } from '../errors/dingtalk-error.ts';
import type { LookupSource, Observer } from '../domain/observer.ts';
import type { LookupSpan, OperationSpan } from '../domain/tracer.ts';
import { toPublicFailure } from '../errors/public-failure.ts';
import type { Flight } from './single-flight.ts';

/** How one lookup went. */
export interface EndedLookup {
  readonly source: LookupSource;
  /** The age of the entry; undefined where none was found. */
  readonly ageMs: number | undefined;
  /** Calls to DingTalk, those of a joined flight included. */
  readonly attempts: number;
  /** Calls that this lookup has made itself; one for many lookups counts for the first of them. */
  readonly calls: number;
  /** The longest wait of one of its calls for a turn, as far as this lookup waited for it. */
  readonly waitMs: number;
  /** A stale entry was served. */
  readonly stale: boolean;
  /** Until when a cache in front may reuse the answer, by this process's clock; `-Infinity`: it may not. */
  readonly reusableUntilMs: number;
  /** How long the lookup took. */
  readonly ms: number;
}

export type OnEnded<Input> = (input: Input, lookup: EndedLookup) => void;

/** Collects what is reported of one lookup. A class, as there is one for each lookup: closures would take twice as much. */
export class LookupReport {
  readonly span: LookupSpan | undefined;
  readonly #startedAtMs: number;
  #flight: Flight | undefined;
  #hasJoined = false;
  #ageMs: number | undefined;
  #stale = false;
  #reusableUntilMs = -Infinity;
  #calls = 0;
  #isSpare = false;

  constructor(startedAtMs: number, span: LookupSpan | undefined) {
    this.#startedAtMs = startedAtMs;
    this.span = span;
  }

  joined(flight: Flight, isFirst: boolean): void {
    this.#flight = flight;
    this.#hasJoined = !isFirst;
  }

  found(ageMs: number, isStale: boolean): void {
    this.#ageMs = ageMs;
    this.#stale = isStale;
  }

  answered(reusableUntilMs: number): void {
    this.#reusableUntilMs = reusableUntilMs;
  }

  /** The call that it waited for has failed: what was cached is served. */
  tookSpare(): void {
    this.#isSpare = true;
  }

  called(): void {
    this.#calls += 1;
  }

  endedAt(nowMs: number): EndedLookup {
    const ms = nowMs - this.#startedAtMs;
    return {
      source: this.#isSpare ? 'memory' : this.#hasJoined ? 'flight' : (this.#flight?.source ?? 'memory'),
      ageMs: this.#ageMs,
      attempts: this.#flight?.attempts ?? 0,
      calls: this.#calls,
      waitMs: Math.min(this.#flight?.waitMs ?? 0, ms),
      stale: this.#stale,
      // Another replica has found it refused since: the answer is for those who waited.
      reusableUntilMs: this.#flight?.isInvalidated === true ? -Infinity : this.#reusableUntilMs,
      ms,
    };
  }

  /** It waited for another lookup, for which an entry did. */
  get joinedNoCall(): boolean {
    return this.#hasJoined && this.#flight?.attempts === 0;
  }

  /** The lookup whose call it waited for. */
  get joinedSpan(): LookupSpan | undefined {
    return this.#hasJoined ? this.#flight?.span : undefined;
  }
}

/** Makes a lookup of `api` for `input`, and reports how it went: to the observer, to `onEnded`, and as a span of `operation`. */
export type Reported = <Input, Answer>(
  api: string,
  input: Input,
  onEnded: OnEnded<Input> | undefined,
  find: (report: LookupReport) => Promise<Answer>,
  operation: OperationSpan | undefined,
) => Promise<Answer>;

export const createLookupReports =
  (clock: Clock, observer: Observer): Reported =>
  async (api, input, onEnded, find, operation) => {
    const report = new LookupReport(clock.nowMs(), operation?.lookup(api));
    let failure: unknown;
    try {
      return await find(report);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      const lookup = report.endedAt(clock.nowMs());
      const { source, stale } = lookup;
      observer.lookupEnded({ api, source, stale, failure: failureOf(failure) });
      onEnded?.(input, lookup);
      report.span?.end({ ...lookup, failure: publicCodeOf(failure), joined: report.joinedSpan });
    }
  };

function failureOf(error: unknown): string | undefined {
  if (error === undefined) return undefined;
  if (error instanceof DingTalkError) return error.kind;
  return error instanceof ClientGoneError ? 'aborted' : 'unforeseen';
}

function publicCodeOf(error: unknown): PublicCode | 'aborted' | undefined {
  if (error === undefined) return undefined;
  if (error instanceof DingTalkError) return toPublicFailure(error).extensions.code;
  return error instanceof ClientGoneError ? 'aborted' : 'INTERNAL_SERVER_ERROR';
}
