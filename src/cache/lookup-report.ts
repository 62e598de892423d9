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
}

export type OnEnded<Input> = (input: Input, lookup: EndedLookup) => void;

/** Makes a lookup of `api` for `input`, and reports how it went: to the observer, and to `onEnded`. */
export type Reported = <Input, Answer>(
  api: string,
  input: Input,
  onEnded: OnEnded<Input> | undefined,
  find: (report: LookupReport) => Promise<Answer>,
) => Promise<Answer>;

export const createLookupReports =
  (clock: Clock, observer: Observer): Reported =>
  async (api, input, onEnded, find) => {
    const startedAtMs = clock.nowMs();
    let flight: Flight | undefined;
    let hasJoined = false;
    let ageMs: number | undefined;
    let stale = false;
    let failure: unknown;
    try {
      return await find({
        onJoined(joined, isFirst) {
          flight = joined;
          hasJoined = !isFirst;
        },
        found(foundAgeMs, isStale) {
          ageMs = foundAgeMs;
          stale = isStale;
        },
      });
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      const { source = 'memory', attempts = 0 }: Partial<Flight> = flight ?? {};
      const lookup = {
        source: hasJoined ? 'flight' : source,
        ageMs,
        attempts,
        ms: clock.nowMs() - startedAtMs,
      } as const;
      observer.lookupEnded({ api, source: lookup.source, stale, failure: failureOf(failure) });
      onEnded?.(input, lookup);
    }
  };

function failureOf(error: unknown): string | undefined {
  if (error === undefined) return undefined;
  if (error instanceof DingTalkError) return error.kind;
  return error instanceof ClientGoneError ? 'aborted' : 'unforeseen';
}
