import type { Clock } from '../async/clock.ts';
import { ClientGoneError } from '../errors/client-gone-error.ts';
import { DingTalkError } from '../errors/dingtalk-error.ts';
import type { LookupSource, Observer } from '../domain/observer.ts';
import type { Flight, OnJoined } from './single-flight.ts';

/** How one lookup went. */
export interface EndedLookup {
  readonly source: LookupSource;
  /** The age of the entry; undefined where none was found. */
  readonly ageMs: number | undefined;
  /** Calls to DingTalk, those of a joined flight included. */
  readonly attempts: number;
  /** How long the lookup took. */
  readonly ms: number;
}

/** Collects what is reported of one lookup. */
export interface LookupReport {
  readonly onJoined: OnJoined;
  found(ageMs: number, isStale: boolean): void;
  /** To be called last, with the error of a lookup that failed. */
  end(error?: unknown): EndedLookup;
}

interface LookupReportOptions {
  readonly api: string;
  readonly clock: Clock;
  readonly observer: Observer;
}

export function startLookupReport(options: LookupReportOptions): LookupReport {
  const { api, clock, observer } = options;
  const startedAtMs = clock.nowMs();
  let flight: Flight | undefined;
  let hasJoined = false;
  let ageMs: number | undefined;
  let stale = false;
  return {
    onJoined(joined, isFirst) {
      flight = joined;
      hasJoined = !isFirst;
    },
    found(foundAgeMs, isStale) {
      ageMs = foundAgeMs;
      stale = isStale;
    },
    end(error) {
      const source = hasJoined ? 'flight' : (flight?.source ?? 'memory');
      observer.lookupEnded({ api, source, stale, failure: failureOf(error) });
      return { source, ageMs, attempts: flight?.attempts ?? 0, ms: clock.nowMs() - startedAtMs };
    },
  };
}

function failureOf(error: unknown): string | undefined {
  if (error === undefined) return undefined;
  if (error instanceof DingTalkError) return error.kind;
  return error instanceof ClientGoneError ? 'aborted' : 'unforeseen';
}
