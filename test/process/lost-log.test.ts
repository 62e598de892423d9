import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { freePort } from '../../scripts/support/free-port.ts';
import { eventually } from '../support/eventually.ts';
import { rawRequest } from '../support/raw-http.ts';
import { startProcess, type GatewayProcess } from '../support/gateway-process.ts';

/** Code for the gateway's process: SIGWINCH throws, SIGUSR1 emits a warning that is longer than a pipe holds. */
const atSignals = `data:text/javascript,${encodeURIComponent(`
  process.on('SIGWINCH', () => { setImmediate(() => { throw new Error('thrown'); }); });
  process.on('SIGUSR1', () => { process.emitWarning('x'.repeat(100000)); });
`).replaceAll("'", '%27')}`;
const gateway = `'${process.execPath}' --import '${atSignals}' dist/main.js`;

interface Running extends AsyncDisposable {
  readonly run: GatewayProcess;
  /** The status of /healthz; 0 if there is no answer. */
  health(): Promise<number>;
  /** Requests with lines of together 700 kB in the log, that many times. */
  logMuch(times: number): Promise<void>;
  /** A request whose line is recognized by {@link last}. */
  logLast(): Promise<void>;
  droppedLines(): Promise<number>;
}

/** Starts the gateway by a shell, with these redirections, and waits until it answers. */
async function start(redirections: string, before = ''): Promise<Running> {
  return startBy(['bash', '-c', `${before} exec ${gateway} ${redirections}`]);
}

async function startBy(command: readonly string[]): Promise<Running> {
  const port = await freePort();
  const run = startProcess(command, {
    PORT: String(port),
  });
  const url = `http://127.0.0.1:${port}`;
  const health = (): Promise<number> =>
    fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5000) }).then(
      (response) => response.status,
      () => 0,
    );
  await eventually(async () => (await health()) === 200);
  return {
    run,
    health,
    async logMuch(times) {
      for (let count = 0; count < times; count += 1) {
        await askAll(url, requestsWithLines(linesAtOnce));
      }
    },
    async logLast() {
      await askAll(url, [request('Last', 'close')]);
    },
    async droppedLines() {
      const text = await fetch(`${url}/metrics`).then((response) => response.text());
      return Number(/^dingtalk_gateway_log_lines_dropped_total (\d+)$/m.exec(text)?.[1]);
    },
    [Symbol.asyncDispose]: () => run[Symbol.asyncDispose](),
  };
}

/** Requests with lines of together 700 kB. */
const linesAtOnce = 1000;
const last = '"operation":"Last"';

/** A request with a line of 800 bytes. */
const request = (operation: string, connection: 'close' | 'keep-alive'): Buffer =>
  rawRequest(
    'POST /graphql HTTP/1.1',
    [
      ['connection', connection],
      ['content-type', 'application/json'],
      ['x-request-id', 'r'.repeat(128)],
      ['graphql-client-name', 'n'.repeat(64)],
      ['graphql-client-version', 'v'.repeat(64)],
      ['traceparent', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`],
    ],
    JSON.stringify({ query: `query ${operation} { __typename }` }),
  );

/** Sends the requests on one connection, the last of which closes it, and expects an answer to each. */
async function askAll(url: string, requests: readonly Buffer[]): Promise<void> {
  const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(Buffer.concat(requests));
  const answers = await text(socket);
  expect(answers.match(/HTTP\/1\.1 200 /g)).toHaveLength(requests.length);
}

const requestsWithLines = (lines: number): Buffer[] =>
  Array.from({ length: lines }, (_, index) =>
    request('O'.repeat(64), index < lines - 1 ? 'keep-alive' : 'close'),
  );

const complaint = (reason: string): string =>
  `The log cannot be written to standard output (${reason}). Lines of it may be lost.\n`;
const gap = 'the log could not be written: lines are missing here';
const tooSlow = 'its reader does not keep up';

/** The whole lines of a log. */
const parsed = (log: string): readonly { level: number; msg: string; lines?: number }[] =>
  log
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

async function temporaryFolder() {
  const folder = await mkdtemp(path.join(tmpdir(), 'gateway-log-'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

function makePipe(folder: string, name: string): string {
  const file = path.join(folder, name);
  spawnSync('mkfifo', [file]);
  return file;
}

/** A pipe with a reader that never reads. */
async function unreadPipe(folder: string, name: string) {
  const file = makePipe(folder, name);
  const reader = await open(file, constants.O_RDWR | constants.O_NONBLOCK);
  return {
    file,
    async fill() {
      await expect(reader.writeFile('x'.repeat(2 ** 20))).rejects.toMatchObject({ code: 'EAGAIN' });
    },
    [Symbol.asyncDispose]: () => reader.close(),
  };
}

test('on a full disk the gateway answers, says on stderr that it has no log, and stops in order', async () => {
  await using it = await start('> /dev/full');

  expect(await it.health()).toBe(200);

  it.run.child.kill('SIGHUP');
  expect(await it.run.ended).toBe(0);
  expect(it.run.output().stderr).toBe(complaint('ENOSPC'));
});

test('a log that finds no room for a while is complete afterwards', async () => {
  await using temporary = await temporaryFolder();
  const file = path.join(temporary.folder, 'log');
  // A limit that can be raised later stands for the full disk.
  await using it = await start(`> '${file}'`, 'ulimit -S -f 8;');
  await it.logMuch(1);
  expect(await it.health()).toBe(200);
  expect(await readFile(file)).toHaveLength(8 * 1024);
  expect(it.run.output().stderr).toBe(complaint('EFBIG'));

  spawnSync('prlimit', ['--pid', String(it.run.child.pid), '--fsize=unlimited:']);
  it.run.child.kill('SIGTERM');

  expect(await it.run.ended).toBe(0);
  const lines = parsed(await readFile(file, 'utf8'));
  expect(lines.filter(({ msg }) => msg === 'answered')).toHaveLength(linesAtOnce);
  expect(lines.at(-1)).toMatchObject({ msg: 'stopped' });
  expect(it.run.output().stderr).toBe(complaint('EFBIG'));
});

test('a reader that pauses: 8 MiB wait, the rest is counted, and the log says where it is missing', async () => {
  await using it = await startBy([process.execPath, 'dist/main.js']);
  it.run.child.stdout!.pause();

  await it.logMuch(14);
  expect(await it.health()).toBe(200);
  expect(await it.droppedLines()).toBeGreaterThan(0);
  expect(it.run.output().stderr).toBe(complaint(tooSlow));
  it.run.child.stdout!.resume();
  await eventually(() => it.run.output().stdout.includes(gap));
  await it.logMuch(1);
  const dropped = await it.droppedLines();
  await it.logLast();
  await eventually(() => it.run.output().stdout.slice(-2000).includes(last));

  it.run.child.kill('SIGTERM');
  expect(await it.run.ended).toBe(0);
  const { stdout, stderr } = it.run.output();
  const lines = parsed(stdout);
  expect(lines.filter(({ msg }) => msg === gap)).toEqual([
    expect.objectContaining({ level: 'error', lines: dropped }),
  ]);
  const ofRequests = lines.filter(({ msg }) => msg === 'answered');
  expect(ofRequests).toHaveLength(15 * linesAtOnce + 1 - dropped);
  expect(lines.at(-1)).toMatchObject({ msg: 'stopped' });
  expect(stderr).toBe(complaint(tooSlow));
}, 60_000);

test('pipes that nobody reads, of the log and of stderr, delay neither requests nor the end', async () => {
  await using temporary = await temporaryFolder();
  await using log = await unreadPipe(temporary.folder, 'log');
  await using stderr = await unreadPipe(temporary.folder, 'stderr');
  await stderr.fill();
  await using it = await start(`> '${log.file}' 2> '${stderr.file}'`);

  await it.logMuch(1);
  it.run.child.kill('SIGUSR1');
  expect(await it.health()).toBe(200);

  it.run.child.kill('SIGTERM');
  expect(await it.run.ended).toBe(0);
});

test('a terminal that stands still delays neither requests nor the end', async () => {
  // `script` is the terminal: it shows what the gateway writes, and returns its exit code.
  await using it = await startBy(['script', '-qec', `LOG_FORMAT=json exec ${gateway}`, '/dev/null']);
  await eventually(() => it.run.output().stdout.includes('"msg":"open '));
  const pid = Number(/"pid":(\d+)/.exec(it.run.output().stdout)?.[1]);
  it.run.child.kill('SIGSTOP');

  await it.logMuch(1);
  expect(await it.health()).toBe(200);

  process.kill(pid, 'SIGTERM');
  await eventually(async () => (await readFile(`/proc/${pid}/stat`, 'utf8')).includes(') Z '));
  it.run.child.kill('SIGCONT');
  expect(await it.run.ended).toBe(0);
});

test('while a pipe has no reader lines wait for the next one', async () => {
  await using temporary = await temporaryFolder();
  const pipe = makePipe(temporary.folder, 'log');
  const first = spawn('head', ['-n', '1', pipe], { stdio: 'ignore' });
  const firstLeft = once(first, 'exit');
  await using it = await start(`> '${pipe}'`);
  await firstLeft;

  await it.logMuch(1);
  expect(await it.health()).toBe(200);
  expect(await it.droppedLines()).toBe(0);
  expect(it.run.output().stderr).toBe(complaint('EPIPE'));
  await using next = startProcess(['cat', pipe]);
  await it.logLast();
  await eventually(() => next.output().stdout.slice(-2000).includes(last));

  it.run.child.kill('SIGTERM');
  expect(await it.run.ended).toBe(0);
  expect(await next.ended).toBe(0);
  const lines = parsed(next.output().stdout);
  expect(lines.filter(({ msg }) => msg === 'answered')).toHaveLength(linesAtOnce + 1);
  expect(lines.at(-1)).toMatchObject({ msg: 'stopped' });
});

test('an uncaught error that the log has no room for is on stderr', async () => {
  await using it = await start('> /dev/full');

  it.run.child.kill('SIGWINCH');

  expect(await it.run.ended).toBe(1);
  const { stderr } = it.run.output();
  expect(stderr.startsWith(complaint('ENOSPC'))).toBe(true);
  expect(parsed(stderr.slice(complaint('ENOSPC').length))).toEqual([
    expect.objectContaining({ level: 'fatal', msg: 'unforeseen error: stopping' }),
  ]);
});

test.each(['unread pipe', '/dev/full'])(
  'a wrong configuration exits with 78 where stderr (%s) takes no message',
  async (name) => {
    await using temporary = await temporaryFolder();
    await using pipe = await unreadPipe(temporary.folder, 'unread pipe');
    await pipe.fill();
    const command = `exec ${gateway} 2> '${path.resolve(temporary.folder, name)}'`;
    await using run = startProcess(['bash', '-c', command], { PORT: 'wrong' });

    expect(await run.ended).toBe(78);
  },
);
