import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

// These audits are of the draft before the September 2026 edition. What that edition says itself is in http-standard.test.ts.

/** Sentences of the edition (https://http-spec.graphql.org/September2026/#sec-Status-Codes). */
const malformed =
  'If the request is not a well-formed GraphQL-over-HTTP request, status code 422 SHOULD be used.';
const variables =
  "If the variable values cannot be coerced to match the operation's variable definitions, status code 422 SHOULD be used.";
/** For a client that accepts only `application/json`. */
const legacyClient =
  'it is RECOMMENDED to perform the request following the requirements of this specification as if the request had specified Accept: application/graphql-response+json, except any response that produces a 2xx status code should replace the Content-Type header with Content-Type: application/json';

/** The audits that the edition contradicts, each with its sentence. */
const contradicted: Readonly<Record<string, string>> = {
  // 400 for the form of the parameters.
  '3E3A': malformed,
  '423L': malformed,
  LKJ0: malformed,
  LKJ1: malformed,
  LKJ2: malformed,
  LKJ3: malformed,
  '6C00': malformed,
  '6C01': malformed,
  '6C02': malformed,
  '6C03': malformed,
  '4760': malformed,
  '4761': malformed,
  '4762': malformed,
  '4763': malformed,
  '58B0': malformed,
  '58B1': malformed,
  '58B2': malformed,
  '58B3': malformed,
  // 400 for variables.
  '86EE': variables,
  // 200 for every well-formed request that accepts application/json.
  '572B': legacyClient,
  FDE2: legacyClient,
  '7B9B': legacyClient,
};

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const audits = serverAudits({
  url: () => `${gateway.url}/graphql`,
  fetchFn: (url: string, init: RequestInit = {}) =>
    fetch(url, {
      ...init,
      headers: { ...(init.headers as Record<string, string>), 'apollo-require-preflight': 'yes' },
    }),
});

test('there are 61 audits, of which 22 are contradicted', () => {
  expect(audits).toHaveLength(61);
  const ids = audits.map(({ id }) => id);
  expect(Object.keys(contradicted).filter((id) => ids.includes(id))).toHaveLength(22);
});

test.each(audits.map((audit) => [audit.id, audit.name, audit] as const))(
  '%s: %s',
  async (id, _name, audit) => {
    const { status } = await audit.fn();
    if (id in contradicted) expect(status).not.toBe('ok');
    else expect(status).toBe('ok');
  },
);
