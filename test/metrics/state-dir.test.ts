import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { problemLines } from '../support/log-lines.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';
import { samplesOf, scrape } from './scrape.ts';

const dayMs = 24 * 3600 * 1000;
const damaged = 'the file with the calls of the month is damaged or not one of ours: counting begins again';
const failing = 'the calls of the month cannot be stored in STATE_DIR: they wait in memory';

let folder: string;
let upstream: Sandbox;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gateway-state-'));
  upstream = await startSandbox({ callsPerSecond: Infinity });
});
afterEach(async () => {
  await upstream.close();
  await rm(folder, { recursive: true, force: true });
});

const start = (clock: ManualClock, environment: NodeJS.ProcessEnv = {}): Promise<GatewayUnderTest> =>
  startGateway({ clock, environment: { STATE_DIR: folder, DINGTALK_API_URL: upstream.url, ...environment } });

let ids = 0;
async function call(gateway: GatewayUnderTest, times: number): Promise<void> {
  for (let index = 0; index < times; index += 1) {
    await gateway.query(
      `{ conversationSpace(openConversationId: "cid.demo.state${(ids += 1)}") { spaceId } }`,
    );
  }
}

/** `[calls, complete]` of `/metrics`. */
async function month({ url }: GatewayUnderTest): Promise<readonly (number | undefined)[]> {
  const metrics = await scrape(url);
  return ['calls', 'count_complete'].map(
    (name) => Object.values(samplesOf(metrics, `dingtalk_gateway_month_${name}`))[0],
  );
}

const warnings = ({ log }: GatewayUnderTest): readonly string[] => problemLines(log).map(({ msg }) => msg);

async function theFile(): Promise<string> {
  const names = await readdir(folder);
  expect(names).toEqual([expect.stringMatching(/^month-calls-[\w-]{43}\.json$/)]);
  return path.join(folder, names[0] ?? '');
}

test('the month’s count survives a restart, and is whole from the next month on', async () => {
  const clock = createManualClock();
  const first = await start(clock);
  await call(first, 3);
  expect(await month(first)).toEqual([3, 0]);
  await first.close();

  await using second = await start(clock);
  expect(await month(second)).toEqual([3, 0]);
  await call(second, 2);
  expect(await month(second)).toEqual([5, 0]);
  clock.advance(20 * dayMs);
  await call(second, 1);
  expect(await month(second)).toEqual([1, 1]);
});

test('a restart in the next month keeps the count whole; one without the folder does not', async () => {
  const clock = createManualClock();
  const first = await start(clock);
  await call(first, 3);
  await first.close();
  clock.advance(20 * dayMs);

  const second = await start(clock);
  await call(second, 2);
  expect(await month(second)).toEqual([2, 1]);
  await second.close();
  await using third = await start(clock);
  expect(await month(third)).toEqual([2, 1]);
  await using without = await start(clock, { STATE_DIR: '' });
  expect(await month(without)).toEqual([undefined, 0]);
  clock.advance(31 * dayMs);
  expect(await month(without)).toEqual([undefined, 1]);
});

test('the file is written at most every five seconds, for its owner alone, and names no organization', async () => {
  const clock = createManualClock();
  await using gateway = await start(clock, { DINGTALK_CORP_ID: sandboxCredentials.corpId });
  const file = await theFile();
  const held = async () => JSON.parse(await readFile(file, 'utf8'));
  await call(gateway, 1);
  clock.advance(4999);
  await month(gateway);
  expect(Object.values((await held()).calls)).toEqual([]);

  clock.advance(1);
  await month(gateway);

  expect(await held()).toEqual({
    version: 1,
    month: '2026-01',
    sinceMs: Date.UTC(2026, 0, 15) + 1000,
    calls: { [Object.keys((await held()).calls)[0] ?? '']: 1 },
  });
  expect(Object.keys((await held()).calls)).toEqual([expect.stringMatching(/^[\w-]{16}$/)]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, 'utf8')).not.toContain(sandboxCredentials.corpId);
});

test('two processes over one folder have one count, and apps have a file each', async () => {
  const clock = createManualClock();
  const one = await start(clock);
  const other = await start(clock);
  await call(one, 2);
  await call(other, 3);
  clock.advance(5000);
  await month(one);
  await month(other);
  expect(await month(other)).toEqual([5, 0]);
  await call(one, 1);
  await one.close();
  clock.advance(5000);
  expect(await month(other)).toEqual([6, 0]);
  await other.close();
  await theFile();

  await using stranger = await start(clock, { DINGTALK_APP_KEY: 'another-app' });
  expect(await month(stranger)).toEqual([undefined, 0]);
  expect(await readdir(folder)).toHaveLength(2);
});

test('a process that ends while another one writes waits for it, and loses no call', async () => {
  const clock = createManualClock();
  const ending = await start(clock);
  await call(ending, 2);
  const lock = `${await theFile()}.lock`;
  await writeFile(lock, '');
  const ended = ending.close();
  await clock.waitForTimer(10);
  await rm(lock);
  clock.advance(10);
  await ended;

  await using next = await start(clock);
  expect(await month(next)).toEqual([2, 0]);
});

test('a lock that stays keeps no process from ending', async () => {
  const clock = createManualClock();
  const ending = await start(clock);
  await call(ending, 1);
  await writeFile(`${await theFile()}.lock`, '');
  const ended = ending.close();
  await clock.waitForTimer(10);
  clock.advance(500);
  await ended;
});

test('the count is the same with another secret of the app', async () => {
  const clock = createManualClock();
  const environment = { DINGTALK_CORP_ID: sandboxCredentials.corpId };
  const { appSecret } = sandboxCredentials;
  const first = await start(clock, { ...environment, DINGTALK_APP_SECRET: `the-old-one,${appSecret}` });
  await call(first, 3);
  await first.close();

  await using second = await start(clock, environment);
  await call(second, 1);

  expect(await month(second)).toEqual([4, 0]);
});

test.each<[string, string | Buffer]>([
  ['an empty file', ''],
  ['half a file', '{"version":1,"month":"20'],
  ['another form', '{"version":2}'],
  ['a negative count', '{"version":1,"month":"2026-01","sinceMs":0,"calls":{"own":-1}}'],
  ['a label of another form', '{"version":1,"month":"2026-01","sinceMs":0,"calls":{"a b":1}}'],
  ['no text', Buffer.from([0, 255, 254])],
  ['an endless file', ' '.repeat(300_000)],
])('%s is replaced with one warning, and the count is not whole', async (_what, content) => {
  const clock = createManualClock();
  await (await start(clock)).close();
  await writeFile(await theFile(), content);

  const gateway = await start(clock);
  await call(gateway, 2);

  expect(await month(gateway)).toEqual([2, 0]);
  await gateway.close();
  expect(warnings(gateway)).toEqual([damaged]);
  await using next = await start(clock);
  expect([await month(next), warnings(next)]).toEqual([[2, 0], []]);
});

test('a month that is still to come was written while a clock was wrong: the count is not whole', async () => {
  const clock = createManualClock();
  await (await start(clock)).close();
  await writeFile(await theFile(), '{"version":1,"month":"2027-01","sinceMs":0,"calls":{"own":7}}');

  await using gateway = await start(clock);
  await call(gateway, 1);

  expect(await month(gateway)).toEqual([1, 0]);
});

test('a folder that is gone costs one warning; what was counted meanwhile is stored when it is back', async () => {
  const clock = createManualClock();
  const gateway = await start(clock);
  await rm(folder, { recursive: true });
  for (let round = 0; round < 3; round += 1) {
    await call(gateway, 1);
    clock.advance(5000);
    expect(await month(gateway)).toEqual([round + 1, 0]);
  }
  expect(warnings(gateway)).toEqual([failing]);

  await mkdir(folder);
  clock.advance(5000);
  await month(gateway);
  await gateway.close();

  expect(gateway.log.join('')).toContain('the calls of the month are stored in STATE_DIR again');
  await using next = await start(clock);
  expect(await month(next)).toEqual([3, 0]);
});

test('what a killed process left behind, a lock and half a file, is in the way for ten seconds', async () => {
  const clock = createManualClock();
  const first = await start(clock);
  await call(first, 1);
  await first.close();
  const file = await theFile();
  await writeFile(`${file}.new`, 'half', { mode: 0o644 });
  await chmod(`${file}.new`, 0o644);
  await writeFile(`${file}.lock`, '');

  await using gateway = await start(clock);
  await call(gateway, 1);
  expect(await month(gateway)).toEqual([1, 0]);
  clock.advance(9999);
  expect(await month(gateway)).toEqual([1, 0]);
  clock.advance(1);
  await month(gateway);
  clock.advance(1000);

  expect(await month(gateway)).toEqual([2, 0]);
  expect(warnings(gateway)).toEqual([]);
  await theFile();
});
