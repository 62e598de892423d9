import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { publicCodes } from '../../src/errors/codes.ts';
import { kinds, type DingTalkErrorKind } from '../../src/errors/kinds.ts';
import { documentedApiErrors, documentedTokenErrors } from '../../src/sandbox/documented-errors.ts';
import { endpoints } from '../support/endpoints.ts';

const sentences = /^[A-Z].+\.$/;
const refusals = endpoints.flatMap((endpoint) => Object.values(endpoint.refusals));

test.each(Object.entries(kinds))('%s has every column', (_name, kind) => {
  expect(kind).toEqual({
    code: expect.any(String),
    message: expect.stringMatching(sentences),
    retryable: expect.any(Boolean),
    logLevel: expect.stringMatching(/^(?:error|warn|info)$/),
    endsEntry: expect.any(Boolean),
    cacheable: expect.any(Boolean),
    passing: expect.any(Boolean),
  });
  expect(Object.keys(publicCodes)).toContain(kind.code);
});

/** Written out: the code under test has its own table. */
const kindsWith = (column: 'retryable' | 'endsEntry' | 'cacheable' | 'passing'): DingTalkErrorKind[] =>
  (Object.keys(kinds) as DingTalkErrorKind[]).filter((kind) => kinds[kind][column]).toSorted();
const passing = ['ip-banned', 'malformed-response', 'rate-limited', 'timeout', 'unavailable'];

test.each([
  ['retryable', ['archived', ...passing]],
  ['passing', passing],
  ['cacheable', ['blocked', 'cross-organization', 'forbidden', 'not-found', 'unsupported']],
  ['endsEntry', ['bad-argument', 'blocked', 'cross-organization', 'forbidden', 'not-found', 'unsupported']],
] as const)('%s kinds', (column, expected) => {
  expect(kindsWith(column)).toEqual(expected);
});

test('every public code belongs to a kind, an endpoint’s refusal or a public error', async () => {
  const used = new Set<string>(Object.values(kinds).map(({ code }) => code));
  for (const { code } of refusals) if (code) used.add(code);
  const files = await readdir('src', { recursive: true });
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    const source = await readFile(`src/${file}`, 'utf8');
    const uses = source.matchAll(/(?:publicError\(\s*|PublicCode = )'([A-Z_]+)'/g);
    for (const [, code = ''] of uses) used.add(code);
  }

  expect([...used].toSorted()).toEqual(Object.keys(publicCodes).toSorted());
});

test.each(endpoints.map((endpoint) => [endpoint.name, endpoint] as const))(
  'the refusals of %s are codes that the stand-in documents, each with its own message',
  (_name, endpoint) => {
    const documented = [...documentedApiErrors, ...documentedTokenErrors];
    const codes: string[] = documented.map(({ code }) => code);

    for (const [code, { kind, message }] of Object.entries(endpoint.refusals)) {
      expect(codes).toContain(code);
      expect(message).toMatch(sentences);
      expect(message).not.toBe(kinds[kind].message);
    }
  },
);
