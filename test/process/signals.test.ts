import { expect, test } from '@jest/globals';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { eventually } from '../support/eventually.ts';
import { startProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

/** In the gateway's process: at SIGUSR1 two seconds pass, at SIGWINCH something throws, and both are said on stderr. */
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
  /** The answer to a request that DingTalk has not answered yet; rejects where the connection is cut. */
  readonly answer: Promise<unknown>;
  /** Sends the signals one after the other, each once the log or stderr holds what the one before it leads to. */
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
] as const)('%j answer what is under way and end with 0', async ([first, ...others]) => {
  await using underWay = await startUnderWay();
  const { run } = underWay;

  await underWay.send(
    [first, `${first}: stopping`],
    ...others.map((signal) => [signal] as const),
    // Delivered after the others: a process that has seen it has seen them.
    ['SIGUSR1', 'later'],
  );
  underWay.release();

  expect(await underWay.answer).toEqual(answered);
  expect(await run.ended).toBe(0);
  expect(run.output().stdout.match(/: stopping/g)).toHaveLength(1);
});

test('SIGHUP and SIGQUIT change nothing however much later they come', async () => {
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

test.each(['SIGTERM', 'SIGINT'] as const)('SIGTERM and %s two seconds later end at once', async (second) => {
  await using underWay = await startUnderWay();

  await underWay.send(['SIGTERM', 'SIGTERM: stopping'], ['SIGUSR1', 'later'], [second]);

  await expect(underWay.answer).rejects.toThrow();
  expect(await underWay.run.ended).toBe(1);
  expect(underWay.run.output().stdout).toContain(`${second} again: ending at once`);
});

test('a SIGTERM long after the SIGHUP that began the stop is the first of its kind', async () => {
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

test('errors that nothing caught stop in order, and the signals after them too', async () => {
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
