import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway({ environment: { NODE_ENV: 'production', GATEWAY_API_KEYS: 'key' } });
});
afterAll(() => gateway.close());

const times = (count: number, text: string): string => Array.from({ length: count }, () => text).join(' ');
const key = { 'x-api-key': 'key' };

/** Sends a query as graphql-cop does, with the operation's name. */
const post = (query: string) => (): Promise<Response> =>
  fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { ...key, 'content-type': 'application/json' },
    body: JSON.stringify({ query, operationName: 'cop' }),
  });
const get = (query: string) => (): Promise<Response> =>
  fetch(`${gateway.url}/graphql?query=${encodeURIComponent(query)}`, { headers: key });

const aliases = Array.from({ length: 101 }, (_, index) => `alias${index}: __typename`).join(' ');

/**
 * The requests of graphql-cop, and its conditions for a finding.
 *
 * @see https://github.com/dolevf/graphql-cop
 */
test.each<[string, () => Promise<Response>, (body: any, text: string) => boolean]>([
  ['more than 100 aliases', post(`query cop { ${aliases} }`), (body) => body.data?.alias100 !== undefined],
  [
    'a batch of ten',
    () =>
      fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { ...key, 'content-type': 'application/json' },
        body: JSON.stringify(Array.from({ length: 10 }, () => ({ query: 'query cop { __typename }' }))),
      }),
    (body) => body.length >= 10,
  ],
  [
    'ten directives, refused by ten errors',
    post(`query cop { __typename ${'@aa'.repeat(10)} }`),
    (body) => body.errors?.length === 10,
  ],
  [
    'introspection in circles',
    post(
      'query cop { __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }',
    ),
    (body) => body.data !== undefined,
  ],
  [
    'one field 500 times',
    post(`query cop { ${times(500, '__typename')} }`),
    (body) => body.data !== undefined,
  ],
  [
    'suggestions',
    post('query cop { __schema { directive } }'),
    (body) => body.errors?.[0]?.message.includes('Did you mean'),
  ],
  ['queries by GET', get('query cop {__typename}'), (body) => body.data !== undefined],
  ['mutations by GET', get('mutation cop {__typename}'), (body) => body.data !== undefined],
  [
    'queries by a form',
    () =>
      fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: key,
        body: new URLSearchParams({ query: 'query cop { __typename }' }),
      }),
    (body) => body.data !== undefined,
  ],
  ['traces', post('query cop { __typename }'), (_body, text) => /tracing/i.test(text)],
  ['exceptions', post('qwerty cop { abc }'), (_body, text) => /exception|stack/i.test(text)],
  [
    'an explorer',
    () => fetch(gateway.url, { headers: { accept: 'text/html' } }),
    (_body, text) => /graphi?ql[ -]?(?:playground|\.min\.css)|graphiql/i.test(text),
  ],
  [
    'introspection',
    post('query cop { __schema { types { name fields { name } } } }'),
    (body) => body.data !== undefined,
  ],
])('graphql-cop does not find in production: %s', async (_what, ask, isFinding) => {
  const text = await (await ask()).text();

  expect([isFinding(JSON.parse(text), text) ? text : 'nothing']).toEqual(['nothing']);
});
