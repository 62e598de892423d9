import { makeOperation, type Exchange, type Operation, type OperationResult } from '@urql/core';
import type { CacheExchangeOpts, KeyingConfig } from '@urql/exchange-graphcache';
import {
  filter,
  fromPromise,
  fromValue,
  makeSubject,
  merge,
  mergeMap,
  onEnd,
  pipe,
  share,
  takeUntil,
} from 'wonka';
import { keyFields } from './generated/caches.ts';
import { introspection } from './generated/introspection.ts';
import { attemptsOf, sleepFor, waitMsOf, type AttemptOptions } from './wait.ts';

/**
 * An exchange before the `fetchExchange`: it sends a query again after the wait that an answer asks for. The last answer is
 * passed on as it is, also where a wait is aborted by `signal`.
 *
 * @throws a `RangeError` if `attempts` is wrong.
 */
export function createWaitExchange(options: AttemptOptions = {}): Exchange {
  const attempts = attemptsOf(options);
  const { sleep = sleepFor } = options;
  return ({ forward }) =>
    (operations$) => {
      const fromClient$ = pipe(operations$, share);
      const again = makeSubject<Operation>();

      /** The answer itself, or nothing while it is waited for another. */
      const handle = (result: OperationResult) => {
        const { operation } = result;
        const attempt = attemptOf(operation);
        const ms = attempt < attempts ? waitMsOf(result, options) : undefined;
        if (ms === undefined) return fromValue(result);
        const unneeded = new AbortController();
        const signals = [unneeded.signal, options.signal].filter((signal) => signal !== undefined);
        const slept = sleep(ms, AbortSignal.any(signals)).then(
          () => true,
          () => false,
        );
        return pipe(
          fromPromise(slept),
          onEnd(() => unneeded.abort()),
          takeUntil(
            pipe(
              fromClient$,
              // It is no longer wanted, or asked for again.
              filter(({ key }) => key === operation.key),
            ),
          ),
          filter((isOver) => {
            if (isOver) again.next(numbered(operation, attempt + 1));
            return !isOver;
          }),
          mergeMap(() => fromValue(result)),
        );
      };
      return pipe(merge([fromClient$, again.source]), forward, mergeMap(handle));
    };
}

const attemptOf = ({ context }: Operation): number => Number(context['gatewayAttempt'] ?? 1);
const numbered = (operation: Operation, gatewayAttempt: number): Operation =>
  makeOperation(operation.kind, operation, { ...operation.context, gatewayAttempt });

/** What identifies an object; a `Dentry` both of its ids. */
const keys: KeyingConfig = Object.fromEntries(
  Object.entries(keyFields).map(([type, ids]) => [type, (object) => (ids ? keyOf(object, ids) : null)]),
);

/**
 * For Graphcache's `cacheExchange`: what identifies an object, and the schema. Without that Graphcache does not know that a
 * field that failed may be null, and removes the whole answer.
 */
export const cacheOptions: Required<Pick<CacheExchangeOpts, 'keys' | 'schema'>> = {
  keys,
  schema: introspection,
};

/** Null, so that it is part of its parent, for an object that is selected without its ids. */
function keyOf(object: Readonly<Record<string, unknown>>, ids: readonly string[]): string | null {
  const values = ids.map((id) => object[id]);
  if (values.some((value) => typeof value !== 'string')) return null;
  return values.length === 1 ? String(values[0]) : JSON.stringify(values);
}
