import type * as z from 'zod';
import type { Deadline } from '../async/deadline.ts';
import type { Method, Refusals } from '../domain/endpoint.ts';
import type { LookupSpan, TracedCall } from '../domain/tracer.ts';
import type { JoinedTurns } from '../domain/joined-turns.ts';
import type { Reservation } from './pacing/reservation.ts';

/** A fetched token, compared by identity: a refetch is a new token even if its text is the same. */
export interface AccessToken {
  readonly value: string;
}

/** Who calls, and what about. Compared in this process only: never sent, never in an error or a log. */
export interface About {
  readonly viewer: string;
  /** The API and its input. */
  readonly subject: string;
  /** True for the gateway's own calls, for a token of the application. */
  readonly ownCall?: boolean;
  /** True for a bearer that DingTalk has not accepted lately: it has no vote. */
  readonly isUnknown?: boolean;
}

/** What the one who calls wants to know meanwhile, and may say. */
export interface CallWatch {
  /** Called before each attempt is sent. */
  readonly onAttempt?: (() => void) | undefined;
  /** Called with how long an attempt waited for its turn, also if it gave up. */
  readonly onTurn?: ((waitMs: number) => void) | undefined;
  /** Others whose turn the call may take, too. */
  readonly joined?: JoinedTurns | undefined;
  /** A slot for the first attempt. The one who calls gives it back in the end. */
  readonly reserved?: Reservation | undefined;
  /** Of the lookups that the call is for, where they are traced. */
  readonly spans?: readonly LookupSpan[] | undefined;
}

/** One call to DingTalk, as it passes the steps of the pipeline. A step may hand on a changed copy. */
export interface Call<Answer = unknown> extends TracedCall, CallWatch {
  /** The endpoint's name: DingTalk limits calls per application and API, those of a suite per organization as well. */
  readonly api: string;
  readonly method: Method;
  /** Below the host, beginning with a slash, every segment escaped. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly answer: z.ZodType<Answer>;
  /** A longer answer is refused. */
  readonly maxAnswerBytes?: number | undefined;
  /** What DingTalk's codes mean for what this call asks for. */
  readonly refusals?: Refusals;
  /** What DingTalk's messages may quote and no log may hold, beside the token. */
  readonly secrets: () => readonly string[];
  readonly about: About;
  /** Calls with the same key share one turn in the rate limiter's queue. */
  readonly queueKey: string;
  /** The organization that pays; undefined: the application's own. */
  readonly corpId: string | undefined;
  readonly deadline: Deadline;
  /** Whether it may be attempted again. `if-untouched`: only where DingTalk has not acted on it, as with a refused token. */
  readonly repeatable: boolean | 'if-untouched';
  /** The permission that a call to the legacy host needs. */
  readonly legacyScope?: string;

  /** Read when the attempt is sent. Undefined: sent without a token. */
  readonly token?: () => string;
  /** A token that DingTalk has refused in an earlier attempt. */
  readonly refusedToken?: AccessToken | undefined;
  /** Called with the token that an attempt is sent with. */
  readonly onToken?: (token: AccessToken) => void;
  /** Bypasses the kept connections: one of them has just lost this call. */
  readonly newConnection?: boolean;
}
