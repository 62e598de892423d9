import type * as z from 'zod';
import type { PublicWords } from '../errors/dingtalk-error.ts';
import type { DingTalkErrorKind } from '../errors/kinds.ts';
import type { Codec } from './codec.ts';

/** What one of DingTalk's codes means for an endpoint, with a message that names its object. */
export interface Refusal extends PublicWords {
  readonly kind: DingTalkErrorKind;
  /** How long to wait before the next attempt, where waiting helps. */
  readonly retryAfterMs?: number;
}

/** Refusals by DingTalk's code. */
export type Refusals = Readonly<Record<string, Refusal>>;

/** One operation of DingTalk's API: how to call it, and the schema of its answer. */
export type Endpoint<Input, Answer> = CacheableEndpoint<Input, Answer> | UncacheableEndpoint<Input, Answer>;

/** A read whose answers may be cached, also in Redis, and shared by lookups of one viewer. */
export interface CacheableEndpoint<Input, Answer> extends EndpointCall<Input> {
  readonly answer: Codec<Answer>;
  readonly repeatable: true;
  /** How long an answer is served; by default fresh for `CACHE_TTL_MS`, then stale. */
  readonly freshness?: Freshness;
  /** When an answer ends by itself, in milliseconds since 1970; undefined where it does not. */
  endsAtMs?(answer: Answer): number | undefined;
  /** What an answer says of other lookups of its viewer: they then need no call. */
  implies?(input: Input, answer: Answer): readonly Implied[];
  /**
   * An answer goes on to what is below it without waiting for the others of its turn: no call is for what is below two of
   * them.
   */
  readonly goesOnAlone?: true;
  /** Where DingTalk answers several inputs in one call. It is then always called so, and `answer` reads one item. */
  readonly batch?: BatchForm<Input>;
}

/** Returns credentials or changes something: no answer is cached, and no two lookups share one. */
export interface UncacheableEndpoint<Input, Answer> extends EndpointCall<Input> {
  readonly answer: z.ZodType<Answer>;
  /** Whether the call may be made twice. Independent of the method: some of DingTalk's reads are POSTs. */
  readonly repeatable: boolean;
  readonly freshness: 'never';
  readonly goesOnAlone?: undefined;
  readonly batch?: undefined;
}

/** `list`: fresh for `CACHE_LIST_TTL_MS`. `link`: for `CACHE_TTL_MS`, and never stale. `constant`: for a day. */
export type Freshness = 'list' | 'link' | 'constant';

/** An answer of `endpoint` to `input` that another answer holds. */
export interface Implied {
  readonly endpoint: CacheableEndpoint<never, unknown>;
  readonly input: object;
  readonly answer: unknown;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** The part of an endpoint that says how it is called. */
interface EndpointCall<Input> {
  /** Names the API in logs and in the rate limiter: DingTalk limits calls per app and API. */
  readonly name: string;
  readonly method: Method;
  /** Every segment escaped. */
  readonly path: (input: Input) => string;
  /** Parameters that are undefined are left out. */
  readonly query?: (input: Input) => Readonly<Record<string, string | undefined>>;
  /** Sent as JSON. An endpoint with a batch form has its body there. */
  readonly body?: (input: Input) => unknown;
  /** The query parameter with the operator's unionId; undefined where the API has none. */
  readonly operator: 'unionId' | 'operatorId' | undefined;
  /** True where DingTalk offers it to internal applications only: to others it is not sent. */
  readonly internalAppsOnly?: true;
  /** A longer answer is refused; by default 64 kB. */
  readonly maxAnswerBytes?: number;
  /** Its own refusals. They take precedence over the codes that mean the same for every API. */
  readonly refusals: Refusals;
}

/** How DingTalk answers several inputs in one call. Failed items come with HTTP 200. */
export interface BatchForm<Input> {
  /** Inputs of one call. */
  readonly maxInputs: number;
  /** Inputs of one call agree in this, and so in path and query. */
  readonly groupOf: (input: Input) => string;
  /** Identifies an input within its group, and its item in the answer: DingTalk promises no order. */
  readonly idOf: (input: Input) => string;
  readonly body: (inputs: readonly Input[]) => unknown;
  /** Codes with which DingTalk may refuse a whole call because of one input: the call is then made again in halves. */
  readonly inputCodes?: readonly string[];
  readonly items: z.ZodType<readonly BatchItem[]>;
}

/** An item's body for the endpoint's `answer`, or DingTalk's code for why there is none. */
export type BatchItem =
  { readonly id: string; readonly body: unknown } | { readonly id: string; readonly code: string };

/** What a batch found for one input. */
export type BatchResult<Answer> = { readonly answer: Answer } | { readonly error: Error };

/** A read that DingTalk answers for several inputs in one call. */
export interface BatchedEndpoint<Input, Answer> extends CacheableEndpoint<Input, Answer> {
  readonly batch: BatchForm<Input>;
}

export const isBatched = <Input, Answer>(
  endpoint: Endpoint<Input, Answer>,
): endpoint is BatchedEndpoint<Input, Answer> => endpoint.batch !== undefined;

/** `inputs` as they go out: one list for each call that they take, in their order. */
export function callsOf<Input>(
  { maxInputs, groupOf }: Pick<BatchForm<Input>, 'maxInputs' | 'groupOf'>,
  inputs: readonly Input[],
): readonly (readonly Input[])[] {
  const calls: Input[][] = [];
  const open = new Map<string, Input[]>();
  for (const input of inputs) {
    const group = groupOf(input);
    let call = open.get(group);
    if (!call || call.length === maxInputs) {
      call = [];
      calls.push(call);
      open.set(group, call);
    }
    call.push(input);
  }
  return calls;
}
