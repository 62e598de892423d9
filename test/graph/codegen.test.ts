import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('examples/frontend/gql is what codegen writes: if it is stale, run npm run codegen', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['node_modules/.bin/graphql-codegen', '--config', 'codegen.yml', '--check', '--errors-only'],
    { cwd: root, encoding: 'utf8' },
  );

  expect({ status, output: stdout + stderr }).toEqual({ status: 0, output: '' });
});
