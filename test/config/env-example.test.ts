import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { expect, test } from '@jest/globals';
import { variables } from '../../src/config/variables.ts';
import { readConfig } from '../support/read-config.ts';

test('.env.example starts the sandbox as it is, and names only variables that exist', async () => {
  const text = await readFile('.env.example', 'utf8');

  expect(readConfig(parseEnv(text))).toMatchObject({ ok: true, config: { dingtalk: { mode: 'sandbox' } } });
  const names = [...text.matchAll(/^# ([A-Z_]+)=/gm)].map(([, name = '']) => name);
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter((name) => !(name in variables))).toEqual([]);
});
