import { expect, test } from '@jest/globals';
import { createLogger } from '../../src/observability/logger.ts';
import { createReadableLine } from '../../src/observability/readable-line.ts';
import { startProcess } from '../support/gateway-process.ts';

const start = [process.execPath, 'dist/main.js'];

/** Runs the gateway on a terminal of its own, until it has said where it is open; returns what it showed. */
async function onTerminal(environment: NodeJS.ProcessEnv): Promise<string> {
  await using run = startProcess(['script', '-qec', start.join(' '), '/dev/null'], {
    PORT: '0',
    TERM: 'xterm',
    ...environment,
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  run.child.stdout?.on('data', () => {
    if (/explorer|"graphql"/.test(run.output().stdout)) resolve();
  });
  await Promise.race([promise, run.ended]);
  return run.output().stdout.replaceAll('\r\n', '\n');
}

test('on a terminal the start says what it serves, in colors', async () => {
  const shown = await onTerminal({});

  expect(shown).toContain('\u001b[33mWARN\u001b[39m: \u001b[36mSANDBOX: this gateway uses');
  expect(shown).toMatch(
    new RegExp(
      [
        'DingTalk GraphQL gateway \\d+\\.\\d+\\.\\d+',
        '  DingTalk  SANDBOX: made-up data of the embedded stand-in',
        '  viewer    fixed: every request asks as one operator',
        '  Redis     none: this process has its own cache, tokens and pace',
        '  GraphQL   http://localhost:\\d+/graphql',
        '  explorer  http://localhost:\\d+/',
      ].join('\n'),
    ),
  );
});

test('NO_COLOR takes the colors away', async () => {
  const shown = await onTerminal({ NO_COLOR: '1' });

  expect(shown).toContain('INFO: DingTalk GraphQL gateway');
  expect(shown).not.toContain('\u001b');
});

test('LOG_FORMAT=json is JSON on a terminal as well', async () => {
  const shown = await onTerminal({ LOG_FORMAT: 'json' });

  const lines = shown
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ level }) => level)).toEqual(['warn', 'info', 'info']);
  expect(lines.at(-1)).toMatchObject({
    level: 'info',
    mode: 'sandbox',
    viewer: 'fixed',
    graphql: expect.stringMatching(/^http:\/\/localhost:\d+\/graphql$/),
    msg: expect.stringMatching(/^open http:\/\/localhost:\d+$/),
  });
});

test('elsewhere the log is JSON, and LOG_FORMAT=text makes it readable', async () => {
  await using json = startProcess(start, { PORT: '0' });
  await json.url;
  expect(json.output().stdout).toMatch(/^\{"level":"warn",/);

  await using text = startProcess(start, { PORT: '0', LOG_FORMAT: 'text' });
  await new Promise<void>((resolve) => {
    text.child.stdout?.on('data', () => {
      if (text.output().stdout.includes('explorer')) resolve();
    });
  });
  expect(text.output().stdout).toMatch(/^\[\d\d:\d\d:\d\d\] WARN: SANDBOX/);
  expect(text.output().stdout).not.toContain('\u001b');
});

test('a value cannot command the terminal', () => {
  const log: string[] = [];
  const readable = createReadableLine({ colors: false });
  const logger = createLogger('info', { write: (line) => void log.push(readable(line)) });

  logger.info({ client: 'a\u001b[2Jb', err: new Error('c\u009bd') }, 'e\u0007f\rg');

  // oxlint-disable-next-line no-control-regex
  expect(log.join('')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  expect(log.join('')).toContain('e\ufffdf\ufffdg {"client":"a\ufffd[2Jb"}');
});
