import {
  ApolloLink,
  Observable,
  type FieldPolicy,
  type Reference,
  type TypePolicies,
  type TypePolicy,
} from '@apollo/client';
import { keyFields, lists, nullIsFailure } from './generated/caches.ts';
import { attemptsOf, sleepFor, waitMsOf, type AttemptOptions } from './wait.ts';

/**
 * A link before the `HttpLink`: it sends a query again after the wait that an answer asks for. The last answer is passed on
 * as it is, also where a wait is aborted by `signal` or the operation's `context.fetchOptions.signal`. Mutations and
 * subscriptions pass: what a mutation has done stands, and a subscription goes on by itself.
 *
 * @throws a `RangeError` if `attempts` is wrong.
 */
export function createWaitLink(options: AttemptOptions = {}): ApolloLink {
  const attempts = attemptsOf(options);
  const { sleep = sleepFor } = options;
  return new ApolloLink((operation, forward) => {
    const type: string = operation.operationType;
    if (type !== 'query') return forward(operation);
    return new Observable((observer) => {
      const unsubscribed = new AbortController();
      let subscription: { unsubscribe(): void } | undefined;
      const ask = (attempt: number): void => {
        let held = false;
        subscription = forward(operation).subscribe({
          next(result) {
            // A part of an answer, for `@defer`: the next ones follow.
            const isPart = 'hasNext' in result && result.hasNext === true;
            const ms = attempt < attempts && !isPart ? waitMsOf(result, options) : undefined;
            if (ms === undefined) return observer.next(result);
            held = true;
            const signal = firstOf(unsubscribed.signal, options.signal, signalOf(operation));
            sleep(ms, signal).then(
              () => ask(attempt + 1),
              () => {
                observer.next(result);
                observer.complete();
              },
            );
          },
          error: (error: unknown) => observer.error(error),
          complete() {
            if (!held) observer.complete();
          },
        });
      };
      ask(1);
      return () => {
        unsubscribed.abort();
        subscription?.unsubscribe();
      };
    });
  });
}

const signalOf = (operation: ApolloLink.Operation): AbortSignal | undefined =>
  (operation.getContext()['fetchOptions'] as RequestInit | undefined)?.signal ?? undefined;

const firstOf = (...signals: readonly (AbortSignal | undefined)[]): AbortSignal =>
  AbortSignal.any(signals.filter((signal) => signal !== undefined));

/** A list as it is cached: its pages one after another. */
interface Pages {
  readonly edges?: readonly { readonly cursor?: string }[] | undefined;
  readonly nodes?: readonly Reference[] | undefined;
  readonly pageInfo?: { readonly endCursor?: string | null };
  /** How many rows there are up to the last one of each page, by its cursor. */
  readonly ends?: Readonly<Record<string, number>>;
}

/** Puts the pages of a list together by their cursors. A page that failed leaves the others. */
const pages = (keyArgs: readonly string[]): FieldPolicy<Pages | null> => ({
  keyArgs: [...keyArgs],
  merge(known, incoming, { args }) {
    if (!incoming) return known ?? null;
    const after: unknown = args?.['after'];
    const { edges = [], nodes = [], ends = {} } = typeof after === 'string' ? (known ?? {}) : {};
    const start = typeof after === 'string' ? (ends[after] ?? rowsUpTo(after, { edges, nodes })) : 0;
    const end = start + (incoming.edges ?? incoming.nodes ?? []).length;
    const endCursor = incoming.pageInfo?.endCursor;
    return {
      ...known,
      ...incoming,
      ...(incoming.edges && { edges: rowsWith(incoming.edges, edges, start) }),
      ...(incoming.nodes && { nodes: rowsWith(incoming.nodes, nodes, start) }),
      ends: { ...ends, ...(typeof endCursor === 'string' && { [endCursor]: end }) },
    };
  },
});

/**
 * Undefined where rows between the known ones and the page are missing, as another query has read them in the other form:
 * then Apollo Client asks for the first page again.
 */
function rowsWith<Row>(
  page: readonly Row[],
  known: readonly Row[],
  start: number,
): readonly Row[] | undefined {
  return known.length > 0 && known.length < start ? undefined : [...known.slice(0, start), ...page];
}

/** A cursor within a page; one of no known row stands for the end. */
function rowsUpTo(cursor: string, { edges = [], nodes = [] }: Pages): number {
  const row = edges.findIndex((edge) => edge.cursor === cursor);
  return row === -1 ? Math.max(edges.length, nodes.length) : row + 1;
}

/** A field that failed is null, and does not remove what is known. */
const keepKnown: FieldPolicy<unknown> = { merge: (known, incoming) => incoming ?? known ?? null };

/**
 * For `InMemoryCache`: what identifies an object (a `Dentry` both of its ids), how pages are put together, and that a failed
 * field does not remove what is known. An object that is selected without its ids is part of its parent.
 */
export const typePolicies: TypePolicies = {
  Query: { fields: Object.fromEntries(nullIsFailure.map((field) => [field, keepKnown])) },
  ...Object.fromEntries(Object.entries(keyFields).map(([type, ids]) => [type, policyOf(type, ids)])),
};

function policyOf(type: string, ids: readonly string[] | null): TypePolicy {
  const listsOfType = Object.entries(lists[type as keyof typeof lists] ?? {});
  return {
    keyFields: ids
      ? (_object, { readField }) => ids.every((id) => readField(id) !== undefined) && [...ids]
      : false,
    fields: Object.fromEntries(listsOfType.map(([field, keyArgs]) => [field, pages(keyArgs)])),
  };
}
