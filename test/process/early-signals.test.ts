import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { startProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { findProgram } from '../support/programs.ts';

/** Code for the gateway's process: writes to stderr when the last of the handlers is about to be added. */
const atHandler = `process.on('newListener', (event) => { if (event === 'SIGUSR2') process.stderr.write('now'); });`;
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

test.each(['SIGTERM', 'SIGINT'] as const)('%s during the start ends it with 0', async (signal) => {
  await using run = startProcess(startWith(atHandler), { PORT: '0' });
  await itsTurn(run);

  run.child.kill(signal);

  expect(await run.ended).toBe(0);
  expect(run.output().stdout).not.toContain('"graphql"');
});

// As in a container. The system ignores signals that the first process does not handle.
const isRoot = process.getuid?.() === 0 && findProgram('unshare') !== undefined;
if (!isRoot) console.warn('Tests as the first process are skipped: they need root and unshare (util-linux).');

(isRoot ? test : test.skip).each([
  ['of the gateway', atHandler],
  ['of Node', whileBooting],
])('as the first process of a container, SIGTERM during the start %s ends it', async (_start, code) => {
  const command = ['unshare', '--pid', '--fork', '--mount-proc', ...startWith(code)];
  await using run = startProcess(command, { PORT: '0' });
  await itsTurn(run);
  const children = await readFile(`/proc/${run.child.pid}/task/${run.child.pid}/children`, 'utf8');

  process.kill(Number(children), 'SIGTERM');

  expect(await run.ended).toBe(0);
  expect(run.output().stdout).not.toContain('"graphql"');
});
