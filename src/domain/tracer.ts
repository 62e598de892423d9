import type { PublicCode } from '../errors/codes.ts';
import type { LookupSource } from './observer.ts';

/*
 * The spans of one trace: request ─▶ operation ─▶ lookup ─▶ call. Undefined where tracing is off, and where the trace is not
 * sampled, so that a span costs nothing then. None holds a viewer, an input, a query or an answer.
 */

/** What the header `traceparent` says of the caller's span. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

export interface Tracer {
  /** A request has arrived. `route` is the path of its route. */
  request(request: {
    readonly method: string;
    readonly route: string;
    readonly parent: TraceParent | undefined;
  }): RequestSpan | undefined;
  /** A call that no lookup makes, such as one for a token, has started: a trace of its own. */
  ownCall(call: TracedCall): CallSpan | undefined;
}

export interface RequestSpan {
  readonly traceId: string;
  /** Its viewer is known, and its GraphQL operation begins. */
  operation(): OperationSpan;
  /** `status` of the answer; undefined where the client has left before its end. */
  end(status: number | undefined): void;
}

export interface OperationSpan {
  lookup(api: string): LookupSpan;
  end(operation: {
    /** Undefined for a document without this operation. */
    readonly type: string | undefined;
    readonly name: string | undefined;
    /** Public codes of the answer's errors. */
    readonly codes: readonly string[];
  }): void;
}

export interface LookupSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** One attempt has started, also after the lookup's own end: a stale answer is revalidated. */
  call(call: TracedCall): CallSpan;
  end(lookup: {
    readonly source: LookupSource;
    readonly stale: boolean;
    readonly ageMs: number | undefined;
    readonly attempts: number;
    readonly failure: PublicCode | 'aborted' | undefined;
    /** The lookup whose call it waited for. */
    readonly joined: LookupSpan | undefined;
  }): void;
}

/** One attempt of a call to DingTalk, as far as a span may know it. */
export interface TracedCall {
  readonly api: string;
  readonly method: string;
  /** Makes the path of an input; undefined where a path has no ids. */
  readonly pathOf?: ((input: never) => string) | undefined;
  /** 1 for the first. */
  readonly attempt?: number;
  /** How long it waited for its turn in the rate limiter. */
  readonly waitedMs?: number;
  /** The lookups that it is for; the first one is the span's parent. */
  readonly spans?: readonly LookupSpan[] | undefined;
}

export interface CallSpan {
  /** `code` is `ok`, `aborted`, the kind of the error, or a code that DingTalk documents. */
  end(outcome: { readonly code: string; readonly status: number | undefined }): void;
}
