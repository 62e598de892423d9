import { expect, test } from '@jest/globals';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { eventually } from '../support/eventually.ts';
import { startProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

/** Code for the gateway's process: SIGUSR1 advances the clock by two seconds, SIGWINCH throws; both write to stderr. */
const atSignals = `data:text/javascript,${encodeURIComponent(`
  const now = performance.now.bind(performance);
  let aheadMs = 0;
  performance.now = () => now() + aheadMs;
  const say = (text) => process.stderr.write(text + '\\n');
  process.on('SIGUSR1', () => { aheadMs += 2000; say('later'); });
  process.on('SIGWINCH', () => { setImmediate(() => { throw new Error('thrown'); }); });
`)}`;

interface UnderWay extends AsyncDisposable {
  readonly run: GatewayProcess;
  /** The answer to a request whose call is still running; rejects if the connection is cut. */
  readonly answer: Promise<unknown>;
  /** Sends the signals in turn, each after the log or stderr shows the effect of the one before. */
  send(...signals: readonly (readonly [NodeJS.Signals, string?])[]): Promise<void>;
  /** Lets DingTalk answer. */
  release(): void;
}

async function startUnderWay(): Promise<UnderWay> {
  const upstream = await startSandbox();
  const proxy = await startTcpProxy(Number(new URL(upstream.url).port));
  const run = startProcess([process.execPath, '--import', atSignals, 'dist/main.js'], {
    PORT: '0',
    DINGTALK_API_URL: `http://127.0.0.1:${proxy.port}`,
    DINGTALK_APP_KEY: sandboxCredentials.appKey,
    DINGTALK_APP_SECRET: sandboxCredentials.appSecret,
    DINGTALK_OPERATOR_UNION_ID: sandboxCredentials.operatorUnionId,
    VIEWER_AUTH: 'fixed',
    UPSTREAM_TIMEOUT_MS: '60000',
  });
  const url = await run.url;
  await fetch(new URL('/readyz', url));
  proxy.setMode({ kind: 'hold' });
  const query = '{ conversationSpace(openConversationId: "cid9FTRQSLo+sKxxxx") { spaceId } }';
  const answer = fetch(`${url}?query=${encodeURIComponent(query)}`, {
    headers: { 'apollo-require-preflight': '1' },
  }).then((response) => response.json());
  answer.catch(() => undefined);
  await upstream.waitForCalls('conversationSpace', 1);
  return {
    run,
    answer,
    async send(...signals) {
      for (const [signal, said = ''] of signals) {
        run.child.kill(signal);
        await eventually(() => `${run.output().stdout}${run.output().stderr}`.includes(said));
      }
    },
    release: () => proxy.setMode({ kind: 'pass' }),
    async [Symbol.asyncDispose]() {
      await run[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
      await upstream.close();
    },
  };
}

const answered = { data: { conversationSpace: { spaceId: '798xxxxx' } } };

test.each([
  [['SIGTERM', 'SIGHUP', 'SIGHUP']],
  [['SIGHUP', 'SIGTERM', 'SIGHUP']],
  [['SIGINT', 'SIGQUIT', 'SIGHUP']],
  [['SIGQUIT', 'SIGHUP', 'SIGUSR2']],
  [['SIGUSR2', 'SIGQUIT', 'SIGTERM']],
] as const)('%j answer running requests and exit with 0', async ([first, ...others]) => {
  await using underWay = await startUnderWay();
  const { run } = underWay;

  await underWay.send(
    [first, `${first}: stopping`],
    ...others.map((signal) => [signal] as const),
    // Delivered after the others: once it has arrived, they have too.
    ['SIGUSR1', 'later'],
  );
  underWay.release();

  expect(await underWay.answer).toEqual(answered);
  expect(await run.ended).toBe(0);
  expect(run.output().stdout.match(/: stopping/g)).toHaveLength(1);
});

test('a later SIGHUP or SIGQUIT has no effect', async () => {
  await using underWay = await startUnderWay();

  await underWay.send(
    ['SIGTERM', 'SIGTERM: stopping'],
    ['SIGUSR1', 'later'],
    ['SIGHUP'],
    ['SIGQUIT'],
    ['SIGWINCH', '"msg":"unforeseen error"'],
  );
  underWay.release();

  expect(await underWay.answer).toEqual(answered);
  expect(await underWay.run.ended).toBe(1);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  'SIGTERM and a %s two seconds later end the process at once',
  async (second) => {
    await using underWay = await startUnderWay();

    await underWay.send(['SIGTERM', 'SIGTERM: stopping'], ['SIGUSR1', 'later'], [second]);

    await expect(underWay.answer).rejects.toThrow();
    expect(await underWay.run.ended).toBe(1);
    expect(underWay.run.output().stdout).toContain(`${second} again: ending at once`);
  },
);

test('a SIGTERM long after the SIGHUP that started the stop does not end it at once', async () => {
  await using underWay = await startUnderWay();

  await underWay.send(
    ['SIGHUP', 'SIGHUP: stopping'],
    ['SIGUSR1', 'later'],
    ['SIGTERM'],
    ['SIGWINCH', '"msg":"unforeseen error"'],
  );
  underWay.release();

  expect(await underWay.answer).toEqual(answered);
});

test('after an uncaught error the process stops in order, also at later signals', async () => {
  await using underWay = await startUnderWay();

  await underWay.send(
    ['SIGWINCH', 'unforeseen error: stopping'],
    ['SIGHUP'],
    ['SIGTERM'],
    ['SIGWINCH', '"msg":"unforeseen error"'],
  );
  underWay.release();

  expect(await underWay.answer).toEqual(answered);
  expect(await underWay.run.ended).toBe(1);
});
