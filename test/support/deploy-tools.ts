import { spawnSync } from 'node:child_process';
import { test } from '@jest/globals';

/** A test that needs a program of a version; skipped with a message where it is missing or too old. */
function testWith(command: readonly [string, ...string[]], version: RegExp): typeof test | typeof test.skip {
  const [program, ...args] = command;
  const { stdout } = spawnSync(program, args, { encoding: 'utf8' });
  if (version.test(stdout ?? '')) return test;
  console.warn(
    `Tests with ${program} are skipped: run scripts/install-deploy-tools.sh (Debian, as root), which says what is needed.`,
  );
  return test.skip;
}

/** With Kustomize 5, which is part of it. */
export const testWithKubectl = testWith(
  ['kubectl', 'version', '--client'],
  /^Kustomize Version: v(?:[5-9]|[1-9]\d)/m,
);

/** Docker Compose 2 and newer: reading a file needs no Docker. */
export const testWithCompose = testWith(['docker-compose', 'version', '--short'], /^v?(?:[2-9]|[1-9]\d)\./m);

/** Valkey 8 and newer. */
export const testWithValkey = testWith(
  ['valkey-server', '--version'],
  /^Valkey server v=(?:[89]|[1-9]\d)\./m,
);
