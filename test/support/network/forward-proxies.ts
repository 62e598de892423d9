import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from '@jest/globals';
import { eventually } from '../eventually.ts';
import { findProgram } from '../../../scripts/support/find-program.ts';
import { testWithProgram } from '../programs.ts';
import { testWithNetwork } from './namespace.ts';
import type { Network } from './network.ts';

const both = (one: typeof testWithNetwork): typeof testWithNetwork =>
  testWithNetwork === test.skip ? test.skip : one;

/** Tests that need a real forward proxy in a network namespace: skipped with a message where one is missing. */
export const testWithSquid = both(testWithProgram('squid', 'squid'));
export const testWithTinyproxy = both(testWithProgram('tinyproxy', 'tinyproxy'));

/** A forward proxy at 127.0.0.1:3128 of a network. */
export interface ForwardProxyProcess {
  /** What it has logged so far: squid at the end of each tunnel, tinyproxy at its beginning. */
  log(): string;
  /** It accepts connections and answers none until it continues. */
  pause(): void;
  resume(): void;
  /** Ends it at once, and all its tunnels. */
  kill(): Promise<void>;
}

const listening = '127.0.0.1:3128';
/** The same in `/proc/net/tcp`, in the state LISTEN. */
const listeningInProc = '0100007F:0C38 00000000:0000 0A';
/** Of the test's proxies, and as the gateway has it in a URL. */
export const password = { user: 'us@er', word: 'p@ss:w/rd%', inUrl: 'us%40er:p%40ss%3Aw%2Frd%25' } as const;
/** `openssl passwd -apr1` of it. */
const passwordHash = '$apr1$gateway1$sNsJrDY4351Gq1AguhbTb/';

/** squid with Basic authentication. It alone knows the addresses of `names`. */
export async function startSquid(
  network: Network,
  names: Readonly<Record<string, string>>,
): Promise<ForwardProxyProcess> {
  const at = (name: string): string => path.join(network.folder, `squid-${name}`);
  // squid gives up root's rights before it opens its logs.
  await chmod(network.folder, 0o777);
  await writeFile(
    at('hosts'),
    Object.entries(names)
      .map(([name, address]) => `${address} ${name}\n`)
      .join(''),
  );
  await writeFile(at('passwords'), `${password.user}:${passwordHash}\n`);
  await writeFile(
    at('config'),
    `http_port ${listening}
pid_filename none
hosts_file ${at('hosts')}
cache deny all
cache_log ${at('cache.log')}
access_log stdio:${at('access.log')}
netdb_filename none
coredump_dir ${network.folder}
visible_hostname proxy.test
pinger_enable off
auth_param basic program /usr/lib/squid/basic_ncsa_auth ${at('passwords')}
auth_param basic children 1 startup=1
acl known proxy_auth REQUIRED
acl keys dstdomain forbidden.gateway.test
http_access deny keys
http_access allow known
http_access deny all
`,
  );
  return start(network, [findProgram('squid') ?? 'squid', '-N', '-f', at('config')], at('access.log'));
}

/** tinyproxy with Basic authentication. It knows the names of the network. */
export async function startTinyproxy(network: Network): Promise<ForwardProxyProcess> {
  const at = (name: string): string => path.join(network.folder, `tinyproxy-${name}`);
  const [host, port] = listening.split(':');
  await writeFile(
    at('config'),
    `Listen ${host}
Port ${port}
LogFile "${at('log')}"
LogLevel Connect
BasicAuth gateway simple
Timeout 60
`,
  );
  return start(network, [findProgram('tinyproxy') ?? 'tinyproxy', '-d', '-c', at('config')], at('log'));
}

async function start(
  { run: [program, ...args], keep }: Network,
  command: readonly string[],
  logFile: string,
): Promise<ForwardProxyProcess> {
  const child = spawn(program, [...args, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  keep(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  await eventually(() => {
    if (child.exitCode !== null) throw new Error(`${command[0]} did not start: ${output}`);
    return readFileSync(`/proc/${child.pid}/net/tcp`, 'utf8').includes(listeningInProc);
  });
  return {
    log: () => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : ''),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async kill() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
