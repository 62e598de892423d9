import type { Check, Judge, JudgeRequest } from './check.ts';

/** What graphql-cop tries where it is given no path. Replayed as with `-f`: on each path, also where nothing answers. */
const paths = ['/', '/graphiql', '/playground', '/console', '/graphql'];

const onEachPath = (init: RequestInit, query = ''): JudgeRequest[] =>
  paths.map((path) => ({ path: `${path}${query}`, init }));

const json = (body: unknown): JudgeRequest[] =>
  onEachPath({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const post = (query: string): JudgeRequest[] => json({ query, operationName: 'cop' });
const get = (query: string): JudgeRequest[] => onEachPath({}, `?query=${encodeURIComponent(query)}`);

const typenames = (count: number, write: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => write(index)).join(' \n');

const checks: readonly Check[] = [
  {
    name: 'field_suggestions',
    sent: 'a field that does not exist, but nearly',
    requests: post('query cop { __schema { directive } }'),
    isFinding: ({ text }) => text.includes('Did you mean'),
  },
  {
    name: 'introspection',
    sent: 'the names of all types and fields',
    requests: post('query cop { __schema { types { name fields { name } } } }'),
    isFinding: ({ json }) => Boolean(json?.data),
  },
  {
    name: 'detect_graphiql',
    sent: 'GET that accepts HTML',
    requests: onEachPath({ headers: { accept: 'text/html' } }),
    isFinding: ({ text }) => /graphiql|graphi?ql[ -]playground/i.test(text),
  },
  {
    name: 'get_method_support',
    sent: 'a query by GET',
    requests: get('query cop {__typename}'),
    isFinding: ({ json }) => Boolean(json?.data),
  },
  {
    name: 'alias_overloading',
    sent: '101 aliases',
    requests: post(`query cop { ${typenames(101, (index) => `alias${index}:__typename`)} }`),
    isFinding: ({ json }) => Boolean(json?.data),
  },
  {
    name: 'batch_query',
    sent: 'an array of ten queries',
    requests: json(Array.from({ length: 10 }, () => ({ query: 'query cop { __typename }' }))),
    isFinding: ({ json }) => json?.length >= 10,
  },
  {
    name: 'trace_mode',
    sent: 'a query whose answer may hold traces',
    requests: post('query cop { __typename }'),
    isFinding: ({ text }) => /tracing/i.test(text),
  },
  {
    name: 'directive_overloading',
    sent: 'one unknown directive ten times',
    requests: post(`query cop { __typename ${'@aa'.repeat(10)} }`),
    isFinding: ({ json }) => json?.errors?.length === 10,
  },
  {
    name: 'circular_query_introspection',
    sent: 'introspection in circles',
    requests: post(
      'query cop { __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }',
    ),
    isFinding: ({ json }) => Boolean(json?.data),
  },
  {
    name: 'get_based_mutation',
    sent: 'a mutation by GET',
    requests: get('mutation cop {__typename}'),
    isFinding: ({ json }) => Boolean(json?.data),
  },
  {
    name: 'post_based_csrf',
    sent: 'a query as a form',
    requests: onEachPath({
      method: 'POST',
      body: new URLSearchParams({ query: 'query cop { __typename }' }),
    }),
    isFinding: ({ json }) => Boolean(json?.data),
  },
  {
    name: 'unhandled_error_detection',
    sent: 'a document that does not parse',
    requests: post('qwerty cop { abc }'),
    isFinding: ({ text }) => /exception|stack/i.test(text),
  },
  {
    name: 'field_duplication',
    sent: 'one field 500 times',
    requests: post(`query cop { ${typenames(500, () => '__typename')} }`),
    isFinding: ({ json }) => Boolean(json?.data),
  },
];

/**
 * The tests of graphql-cop 1.15, the one that it has switched off included. Where its condition is narrow, as for
 * traces, this one is wider.
 *
 * @see https://github.com/dolevf/graphql-cop (lib/tests)
 */
export const graphqlCop: Judge = { name: 'graphql-cop', checks };
