import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { codeBlocks } from '../support/code-blocks.ts';
import { readPage } from '../support/pages.ts';

const kitSchema = 'node_modules/dingtalk-graphql-gateway-client/dist/schema.api.graphql';

test('codegen.yml of the page types the rows of the lists of the other page', async () => {
  const [config = ''] = codeBlocks(await readPage('examples/frontend/README.md'), 'yaml');
  const [query = ''] = codeBlocks(await readPage('docs/frontends.md'), 'graphql');
  const folder = await mkdtemp(path.join(tmpdir(), 'gateway-codegen-'));
  const pathOf = (name: string): string => path.join(folder, name);
  await mkdir(pathOf('src'));
  await symlink(path.resolve('node_modules'), pathOf('node_modules'));
  await writeFile(pathOf('package.json'), '{ "type": "module" }');
  expect(config).toContain(kitSchema);
  await writeFile(pathOf('codegen.yml'), config.replace(kitSchema, path.resolve('schema.api.graphql')));
  await writeFile(
    pathOf('src/main.ts'),
    `import { graphql } from './gql';
const Groups = graphql(\`${query}\`);
type Answer = NonNullable<(typeof Groups)['__apiType']> extends (...given: never[]) => infer Data ? Data : never;
type Row = NonNullable<NonNullable<NonNullable<Answer['conversations'][number]>['space']>['dentries']>['nodes'][number];
declare const row: NonNullable<Row>;
const { size, modifiedTime }: { size: number | null; modifiedTime: string | null } = row;
// @ts-expect-error a number is not a text
const text: string = size ?? 0;
console.log(text, modifiedTime);
`,
  );
  const run = (program: string, args: string[]) => {
    const { status, stdout, stderr } = spawnSync(path.resolve('node_modules/.bin', program), args, {
      cwd: folder,
      encoding: 'utf8',
    });
    return { status, output: stdout + stderr };
  };

  expect(run('graphql-codegen', ['--errors-only'])).toEqual({ status: 0, output: '' });
  expect(await readFile(pathOf('src/gql/graphql.ts'), 'utf8')).not.toMatch(/\bany\b/);
  const compile = [
    '--noEmit',
    '--strict',
    '--module',
    'preserve',
    '--target',
    'es2024',
    '--types',
    '',
    'src/main.ts',
  ];
  expect(run('tsc', compile)).toEqual({ status: 0, output: '' });
  await rm(folder, { recursive: true });
}, 60_000);
