import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll } from '@jest/globals';
import { eventually } from './eventually.ts';
import { findProgram } from '../../scripts/support/find-program.ts';
import { testWithProgram } from './programs.ts';

const haproxyProgram = findProgram('haproxy');
const nginxProgram = findProgram('nginx');

/** Tests that need a real HAProxy or nginx: skipped with a message where it is not installed. */
export const testWithHaproxy = testWithProgram('haproxy', 'haproxy');
export const testWithNginx = testWithProgram('nginx', 'nginx-light');

/** Those still running, for tests that timed out before they could stop them. */
const running = new Set<() => Promise<void>>();
afterAll(async () => {
  await Promise.all([...running].map((stop) => stop()));
});

interface Server {
  readonly folder: string;
  readonly output: () => string;
  stop(): Promise<void>;
}

async function start(
  program: string,
  config: (folder: string) => string,
  args: (folder: string) => readonly string[],
): Promise<Server> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gateway-front-'));
  await writeFile(path.join(folder, 'config'), config(folder));
  const child = spawn(program, args(folder), { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    running.delete(stop);
    // Both end their workers at SIGTERM; SIGKILL would leave nginx's worker behind.
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  running.add(stop);
  return { folder, output: () => output, stop };
}

const accepts = async (port: number): Promise<boolean> => {
  const socket = net.connect(port, '127.0.0.1');
  const isOpen = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return isOpen;
};

export interface LoadBalancer extends AsyncDisposable {
  readonly url: string;
}

export interface Haproxy extends LoadBalancer {
  /** What its checks say of each server, by `backend/server`: its state, how the last check ended, and the status. */
  states(): Promise<Record<string, string>>;
}

/** HAProxy with `config`, which listens on `port` of loopback. */
export async function startHaproxy(config: string, port: number): Promise<Haproxy> {
  const server = await start(
    haproxyProgram ?? 'haproxy',
    (folder) =>
      `global\n stats socket ${folder}/stats\ndefaults\n timeout connect 5s\n timeout client 5s\n timeout server 5s\n timeout check 5s\n${config}`,
    (folder) => ['-db', '-f', path.join(folder, 'config')],
  );
  const haproxy: Haproxy = {
    url: `http://127.0.0.1:${port}`,
    async states() {
      const socket = net.connect(path.join(server.folder, 'stats'));
      socket.write('show stat\n');
      const [header = '', ...rows] = (await text(socket)).trim().split('\n');
      const names = header.replace('# ', '').split(',');
      const read = rows.map((row) => Object.fromEntries(row.split(',').map((cell, at) => [names[at], cell])));
      return Object.fromEntries(
        read
          .filter(({ check_status: checked = '' }) => checked !== '')
          .map(({ pxname, svname, status, check_status: checked, check_code: code }) => [
            `${pxname}/${svname}`,
            [status, checked, code].join(' ').trim(),
          ]),
      );
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
  // Its socket for statistics is the last that opens.
  await eventually(
    async () =>
      (await accepts(port)) &&
      (await haproxy.states().then(
        () => true,
        () => false,
      )),
  ).catch(() => {
    throw new Error(`HAProxy did not start: ${server.output()}`);
  });
  return haproxy;
}

/** nginx with `config` inside its `http` block, which listens on `port` of loopback. */
export async function startNginx(config: string, port: number): Promise<LoadBalancer> {
  const server = await start(
    nginxProgram ?? 'nginx',
    (folder) =>
      `daemon off; error_log stderr; pid ${folder}/pid; worker_processes 1; events {}\nhttp {\n access_log off;
${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((each) => ` ${each}_temp_path ${folder}/${each};`).join('\n')}
${config}\n}`,
    (folder) => ['-p', folder, '-c', path.join(folder, 'config')],
  );
  await eventually(() => accepts(port)).catch(() => {
    throw new Error(`nginx did not start: ${server.output()}`);
  });
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => server.stop() };
}
