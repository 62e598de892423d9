import type { Exchange, Operation, OperationResult } from '@urql/core';
import type { CacheExchangeOpts, KeyingConfig } from '@urql/exchange-graphcache';
import {
  filter,
  fromPromise,
  fromValue,
  makeSubject,
  map,
  merge,
  mergeMap,
  onEnd,
  pipe,
  share,
  takeUntil,
  tap,
  type Source,
} from 'wonka';
import { keyFields } from './generated/caches.ts';
import { introspection } from './generated/introspection.ts';
import { attemptsOf, sleepFor, waitMsOf, type AttemptOptions } from './wait.ts';

/**
 * An exchange before the `fetchExchange`: it sends a query again after the wait that an answer asks for. The last answer is
 * passed on as it is, also where a wait is aborted by `signal`. Mutations and subscriptions pass: what a mutation has done
 * stands, and a subscription goes on by itself.
 *
 * @throws a `RangeError` if `attempts` is wrong.
 */
export function createWaitExchange(options: AttemptOptions = {}): Exchange {
  const attempts = attemptsOf(options);
  const { sleep = sleepFor } = options;
  return ({ forward }) =>
    (operations$) => {
      /** How often each operation has been sent, by its key, while an answer is outstanding. */
      const sent = new Map<number, number>();
      const again = makeSubject<Operation>();
      const fromClient$ = pipe(
        operations$,
        // It is no longer wanted, or asked for again.
        tap(({ key }) => sent.delete(key)),
        share,
      );

      /** The answer itself, or nothing while another one is waited for. */
      const handle = (result: OperationResult): Source<OperationResult> => {
        const { operation } = result;
        const attempt = sent.get(operation.key) ?? 1;
        // Not after a part of an answer, for `@defer`: the next ones follow.
        const isWhole = operation.kind === 'query' && !result.hasNext;
        const ms = isWhole && attempt < attempts ? waitMsOf(result, options) : undefined;
        if (ms === undefined) {
          sent.delete(operation.key);
          return fromValue(result);
        }
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
              filter(({ key }) => key === operation.key),
            ),
          ),
          filter((isOver) => {
            if (isOver) {
              sent.set(operation.key, attempt + 1);
              again.next(operation);
            }
            return !isOver;
          }),
          map(() => result),
        );
      };
      return pipe(merge([fromClient$, again.source]), forward, mergeMap(handle));
    };
}

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
