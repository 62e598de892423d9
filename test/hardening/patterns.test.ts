import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { parse } from '@swc/core';
import { startGateway } from '../support/start-gateway.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Pattern {
  readonly place: string;
  readonly source: string;
  readonly flags: string;
}

/** Every regular expression in the sources; `source` is undefined for one built at run time. */
async function patternsOf(folder: string): Promise<readonly Pattern[]> {
  const names = await readdir(path.join(root, folder), { recursive: true });
  const files = names.filter((name) => name.endsWith('.ts')).map((name) => path.join(folder, name));
  const found = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(path.join(root, file), 'utf8');
      const program = await parse(text, { syntax: 'typescript', decorators: true });
      return Array.from(literalsIn(program), ({ source, flags }) => ({ place: file, source, flags }));
    }),
  );
  return found.flat();
}

function* literalsIn(node: unknown): Generator<Omit<Pattern, 'place'>> {
  if (typeof node !== 'object' || node === null) return;
  const { type, pattern, flags, callee } = node as Record<string, any>;
  if (type === 'RegExpLiteral') yield { source: pattern, flags };
  if (callee?.value === 'RegExp') yield { source: 'put together at run time', flags: '' };
  for (const child of Object.values(node)) yield* literalsIn(child);
}

let patterns: readonly Pattern[];
beforeAll(async () => {
  patterns = await patternsOf('src');
});

test('every pattern of the gateway takes time in proportion to its text', async () => {
  // The checker in JavaScript, which starts no other program.
  process.env['RECHECK_BACKEND'] = 'pure';
  const { checkSync } = await import('recheck');

  const isLinear = ({ source, flags }: Pattern, checker: 'automaton' | 'auto', timeout: number): boolean => {
    const found = checkSync(source, flags, { checker, timeout });
    return found.status === 'safe' && ['safe', 'linear'].includes(found.complexity.type);
  };

  // For each pattern one of the two is fast: the automaton is not, or cannot say, for long repetitions and back-references.
  const slow = patterns.filter(
    (pattern) => !isLinear(pattern, 'automaton', 5000) && !isLinear(pattern, 'auto', 60_000),
  );

  expect(patterns.length).toBeGreaterThan(25);
  expect(slow).toEqual([]);
}, 240_000);

const marks = [
  'Did you mean "',
  'cannot represent ',
  ', found ',
  'got invalid value ',
  'Name "',
  'String "',
  'Int "',
  'Argument "',
  'Syntax Error: Document contains more than 1 tokens',
];

test.each(marks)('a long operation name of %j is not quoted in full', async (mark) => {
  await using gateway = await startGateway();
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ __typename }', operationName: mark.repeat(200_000 / mark.length) }),
  });
  const text = await response.text();

  expect(response.status).toBe(422);
  expect(JSON.parse(text).errors[0].extensions.code).toBe('OPERATION_RESOLUTION_FAILURE');
  expect(text.length).toBeLessThan(600);
});

test.each(marks)('a long text of %j, in a document or a variable, is not quoted in full', async (mark) => {
  await using gateway = await startGateway();
  const long = mark.repeat(60_000 / mark.length);

  const refused = [
    await gateway.query(`{ a(b: "${long.replaceAll('"', String.raw`\"`)}" "`),
    await gateway.query('query ($a: Boolean!) { __typename @skip(if: $a) }', { a: long }),
    await gateway.query('query ($a: Boolean!) { __typename @skip(if: $a) }', {
      [long]: 1,
      a: { [long]: long },
    }),
    await gateway.query(`{ ${'a'.repeat(100_000)} }`),
  ];

  expect(refused.map(({ status }) => status)).toEqual([400, 422, 422, 422]);
  for (const { body } of refused) {
    expect(JSON.stringify(body).length).toBeLessThan(1500);
  }
});
