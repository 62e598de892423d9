import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { startProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { findProgram } from '../../scripts/support/find-program.ts';

/**
 * Code for the gateway's process: writes to stderr when the last of the handlers is about to be added, and holds the start
 * back until the file that `SENT` names exists.
 */
const atHandler = `
  import { existsSync } from 'node:fs';
  process.on('newListener', (event) => {
    if (event !== 'SIGUSR2') return;
    process.stderr.write('now');
    const giveUpAtMs = Date.now() + 10_000;
    while (!existsSync(process.env.SENT) && Date.now() < giveUpAtMs);
  });
`;
/** The same before the gateway's own code runs, which it holds back until SIGTERM has come. */
const whileBooting = `
  import { readFileSync } from 'node:fs';
  const handlesSigterm = () => {
    const [, handled] = /SigCgt:\\s*(\\w+)/.exec(readFileSync('/proc/self/status', 'utf8'));
    return (parseInt(handled.slice(-8), 16) & (1 << 14)) !== 0;
  };
  process.stderr.write('now');
  const giveUpAtMs = Date.now() + 5000;
  while (handlesSigterm() && Date.now() < giveUpAtMs);
`;
const startWith = (code: string): readonly string[] => [
  process.execPath,
  '--import',
  `data:text/javascript,${encodeURIComponent(code)}`,
  'dist/main.js',
];

const itsTurn = (run: GatewayProcess): Promise<void> => eventually(() => run.output().stderr.includes('now'));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gateway-signals-'));
});
afterAll(() => rm(folder, { recursive: true }));

test.each(['SIGTERM', 'SIGINT'] as const)('%s during the start ends it with 0', async (signal) => {
  const sent = path.join(folder, signal);
  await using run = startProcess(startWith(atHandler), { PORT: '0', SENT: sent });
  await itsTurn(run);

  run.child.kill(signal);
  await writeFile(sent, '');

  expect(await run.ended).toBe(0);
  expect(run.output().stdout).not.toContain('"graphql"');
});

// As in a container. The system ignores signals that the first process does not handle.
const isRoot = process.getuid?.() === 0 && findProgram('unshare') !== undefined;
if (!isRoot) console.warn('Tests as the first process are skipped: they need root and unshare (util-linux).');

(isRoot ? test : test.skip).each([
  ['of the gateway', atHandler],
  ['of Node', whileBooting],
])('as the first process of a container, SIGTERM during the start %s ends it', async (start, code) => {
  const command = ['unshare', '--pid', '--fork', '--mount-proc', ...startWith(code)];
  const sent = path.join(folder, start);
  await using run = startProcess(command, { PORT: '0', SENT: sent });
  await itsTurn(run);
  const children = await readFile(`/proc/${run.child.pid}/task/${run.child.pid}/children`, 'utf8');

  process.kill(Number(children), 'SIGTERM');
  await writeFile(sent, '');

  expect(await run.ended).toBe(0);
  expect(run.output().stdout).not.toContain('"graphql"');
});
