import type { Clock } from '../async/clock.ts';
import { ClientGoneError } from '../errors/client-gone-error.ts';
import { DingTalkError } from '../errors/dingtalk-error.ts';
import type { LookupSource, Observer } from '../domain/observer.ts';
import type { Trip } from './read-through.ts';

/** How one lookup went. */
export interface EndedLookup {
  readonly source: LookupSource;
  /** Since DingTalk was asked for what was found; undefined where nothing was. */
  readonly ageMs: number | undefined;
  /** Calls that it took, whoever made them. */
  readonly attempts: number;
  /** From the question to its answer. */
  readonly ms: number;
}

/** What is noted of one lookup on its way. */
export interface LookupReport {
  readonly boarded: (trip: Trip, joined: boolean) => void;
  found(ageMs: number, stale: boolean): void;
  /** To be called last, with what it failed with, if it did. */
  end(error?: unknown): void;
}

interface ReportOptions {
  readonly api: string;
  readonly clock: Clock;
  readonly observer: Observer;
  readonly onEnded: ((lookup: EndedLookup) => void) | undefined;
}

export function startLookupReport({ api, clock, observer, onEnded }: ReportOptions): LookupReport {
  const startedAtMs = clock.nowMs();
  let trip: Trip | undefined;
  let joined = false;
  let ageMs: number | undefined;
  let stale = false;
  return {
    boarded(onTrip, asPassenger) {
      trip = onTrip;
      joined = asPassenger;
    },
    found(foundAgeMs, isStale) {
      ageMs = foundAgeMs;
      stale = isStale;
    },
    end(error) {
      const source = joined ? 'flight' : (trip?.source ?? 'memory');
      observer.lookupEnded({ api, source, stale, failure: failureOf(error) });
      onEnded?.({ source, ageMs, attempts: trip?.attempts ?? 0, ms: clock.nowMs() - startedAtMs });
    },
  };
}

function failureOf(error: unknown): string | undefined {
  if (error === undefined) return undefined;
  if (error instanceof DingTalkError) return error.kind;
  return error instanceof ClientGoneError ? 'aborted' : 'unforeseen';
}
