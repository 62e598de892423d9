import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { bundleOptions } from '../../scripts/bundle/options.ts';

/** The output of a bundle of this module. */
async function run(contents: string): Promise<unknown> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bundle-'));
  try {
    await build({
      ...bundleOptions,
      stdin: { contents, resolveDir: 'src' },
      outdir: folder,
      entryNames: 'main',
    });
    await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
    const { stdout } = await promisify(execFile)(process.execPath, [path.join(folder, 'main.js')]);
    return JSON.parse(stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('a Node module is the same by every way of importing it', async () => {
  const printed = await run(`
    import http, { createServer } from 'node:http';
    import * as all from 'node:http';
    import { join } from 'path';
    const { Session } = await import('node:inspector/promises');
    const late = await import('node:http');
    const { createServer: required } = require('node:http');
    console.log(JSON.stringify({
      same: [http.createServer, all.createServer, late.createServer, late.default.createServer, required]
        .map((each) => each === createServer),
      joined: join('a', 'b'),
      session: typeof Session,
    }));
  `);

  expect(printed).toEqual({ same: [true, true, true, true, true], joined: 'a/b', session: 'function' });
});

test('there is one graphql by every way of importing it', async () => {
  const printed = await run(`
    import { GraphQLSchema, execute } from 'graphql';
    import { collectFields } from 'graphql/execution/collectFields.js';
    const late = await import('graphql');
    const required = require('graphql');
    const { Kind } = require('graphql/language/kinds');
    console.log(JSON.stringify({
      same: [late.GraphQLSchema, required.GraphQLSchema].map((each) => each === GraphQLSchema),
      kind: Kind === required.Kind,
      functions: [execute, collectFields].map((each) => typeof each),
    }));
  `);

  expect(printed).toEqual({ same: [true, true], kind: true, functions: ['function', 'function'] });
});

test("queries are hashed by Node and not by a package, as Apollo Server's hash means it", async () => {
  const contents = `
    const { createHash } = require('@apollo/utils.createhash');
    console.log(JSON.stringify(createHash('sha256').update('{ __typename }').digest('hex')));
  `;
  const { metafile } = await build({
    ...bundleOptions,
    stdin: { contents, resolveDir: 'src' },
    outdir: 'dist',
    write: false,
    metafile: true,
  });

  expect(await run(contents)).toBe(createHash('sha256').update('{ __typename }').digest('hex'));
  expect(Object.keys(metafile.inputs).filter((file) => file.includes('/sha.js/'))).toEqual([]);
});

test('a package that is left out refuses every use, and only its use', async () => {
  const printed = await run(`
    import { got } from 'got';
    const outcome = (use) => { try { use(); return 'used'; } catch ({ message }) { return message; } };
    console.log(JSON.stringify([
      typeof got,
      outcome(() => require('http2-wrapper').auto),
      outcome(() => require('@fastify/ajv-compiler')()),
    ]));
  `);

  const refusal = 'The bundle leaves this package out: see scripts/bundle/options.ts.';
  expect(printed).toEqual(['function', refusal, refusal]);
});
