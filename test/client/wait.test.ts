import { getEventListeners } from 'node:events';
import { describe, expect, jest, test } from '@jest/globals';
import {
  askPatiently,
  gatewayErrorsOf,
  isGatewayError,
  waitFor,
  waitMsOf,
  type GatewayError,
} from '../../client/src/index.ts';

const rateLimited = (retryAfterMs?: unknown): GatewayError =>
  ({ message: 'Too many.', extensions: { code: 'RATE_LIMITED', retryable: true, retryAfterMs } }) as never;
const forbidden: GatewayError = { message: 'No.', extensions: { code: 'FORBIDDEN', retryable: false } };
const createSleep = () => jest.fn((_ms: number, _signal?: AbortSignal) => Promise.resolve());

describe('an error of the gateway', () => {
  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'RATE_LIMITED'],
    ['a connection that failed', new TypeError('fetch failed')],
    [
      'an error of GraphQL itself',
      { message: '', extensions: { code: 'GRAPHQL_PARSE_FAILED', retryable: false } },
    ],
    ['an error of a router', { message: '', extensions: { code: 'UNAUTHENTICATED' } }],
    ['a code that every object has', { message: '', extensions: { code: 'toString', retryable: false } }],
    ['no extensions', { message: '' }],
  ])('is not %s', (_name, error) => {
    expect(isGatewayError(error)).toBe(false);
    expect(gatewayErrorsOf(error)).toEqual([]);
    expect(waitMsOf(error)).toBeUndefined();
  });

  test.each<[string, unknown]>([
    ['itself', forbidden],
    ['an answer', { data: null, errors: [forbidden, { message: 'of GraphQL' }] }],
    ['an error of Apollo Client', Object.assign(new Error('No.'), { errors: [forbidden] })],
    [
      'a result of Apollo Client',
      { data: {}, error: Object.assign(new Error('No.'), { errors: [forbidden] }) },
    ],
    ['an error of urql', Object.assign(new Error('No.'), { graphQLErrors: [forbidden] })],
    [
      'a result of urql',
      { data: {}, error: Object.assign(new Error('No.'), { graphQLErrors: [forbidden] }) },
    ],
    ['an error of graphql-request', Object.assign(new Error('No.'), { response: { errors: [forbidden] } })],
  ])('is found in %s', (_name, failure) => {
    expect(gatewayErrorsOf(failure)).toEqual([forbidden]);
  });
});

test.each<[string, unknown, number | undefined]>([
  ['retryAfterMs', rateLimited(300), 300],
  ['a second without retryAfterMs', rateLimited(), 1000],
  ['a second where it is no number', rateLimited('300'), 1000],
  ['a second where it is negative', rateLimited(-1), 1000],
  ['not, where it is longer than five seconds', rateLimited(5001), undefined],
  ['not, for another code', forbidden, undefined],
  [
    'not, where no time is named',
    { message: '', extensions: { code: 'UPSTREAM_TIMEOUT', retryable: true } },
    undefined,
  ],
  ['for the slowest of several rows', { errors: [rateLimited(300), rateLimited(900), forbidden] }, 900],
  ['for the others, where one row takes minutes', { errors: [rateLimited(300_000), rateLimited(900)] }, 900],
])('waits %s', async (_name, failure, expected) => {
  const sleep = createSleep();

  expect(waitMsOf(failure)).toBe(expected);
  expect(await waitFor(failure, { sleep })).toBe(expected !== undefined);
  expect(sleep.mock.calls).toEqual(expected === undefined ? [] : [[expected, undefined]]);
});

test('no wait is longer than a timer can be', () => {
  expect(waitMsOf(rateLimited(2 ** 31), { longestWaitMs: Infinity })).toBeUndefined();
});

test('an aborted wait throws the reason, and leaves no timer and no listener', async () => {
  const controller = new AbortController();
  const waiting = waitFor(rateLimited(5000), { signal: controller.signal });
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);

  controller.abort(new Error('The page was left'));

  await expect(waiting).rejects.toThrow('The page was left');
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  await expect(waitFor(rateLimited(5000), { signal: controller.signal })).rejects.toThrow(
    'The page was left',
  );
});

test('a wait that is over leaves no listener', async () => {
  const { signal } = new AbortController();

  expect(await waitFor(rateLimited(0), { signal })).toBe(true);

  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

describe('askPatiently', () => {
  const limited = { errors: [rateLimited(300)] };

  test('gives the first answer that asks for no wait', async () => {
    const sleep = createSleep();
    const answers: unknown[] = [limited, { data: 1 }];

    expect(await askPatiently(() => Promise.resolve(answers.shift()), { sleep })).toEqual({ data: 1 });
    expect(sleep.mock.calls).toEqual([[300, undefined]]);
  });

  test('gives the last answer after all attempts', async () => {
    const sleep = createSleep();
    const ask = jest.fn(() => Promise.resolve(limited));

    expect(await askPatiently(ask, { sleep, attempts: 2 })).toBe(limited);
    expect(ask).toHaveBeenCalledTimes(2);
    expect(sleep).toHaveBeenCalledTimes(1);
  });

  test('does the same with errors that are thrown', async () => {
    const sleep = createSleep();
    const thrown = Object.assign(new Error('No.'), { response: limited });
    const ask = jest.fn(() => Promise.reject(thrown));

    await expect(askPatiently(ask, { sleep })).rejects.toBe(thrown);
    expect(ask).toHaveBeenCalledTimes(3);
    await expect(askPatiently(() => Promise.reject(new TypeError('fetch failed')))).rejects.toThrow(
      'fetch failed',
    );
  });

  test.each([0, 11, 1.5, Number.NaN, Infinity])('refuses %d attempts', async (attempts) => {
    await expect(askPatiently(() => Promise.resolve({}), { attempts })).rejects.toThrow(
      `attempts is ${attempts}: set a whole number from 1 to 10.`,
    );
  });
});
