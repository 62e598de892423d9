import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from '@jest/globals';

const succeeds = (program: string, ...args: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore' }).status === 0;

function canMakeNamespaces(): boolean {
  const name = `gateway-probe-${process.pid}`;
  return (
    existsSync('/dev/net/tun') &&
    succeeds('socat', '-V') &&
    succeeds('ip', 'netns', 'add', name) &&
    succeeds('ip', 'netns', 'del', name)
  );
}

const isPossible = canMakeNamespaces();
if (!isPossible) {
  console.warn(
    'Tests with a network namespace are skipped: run them as root with /dev/net/tun, and install ip and socat ' +
      '(Debian: apt-get install iproute2 socat).',
  );
}

/** A test that needs a network namespace: skipped with a message where none can be made. */
export const testWithNetwork = isPossible ? test : test.skip;

export interface Namespace extends AsyncDisposable {
  /** For files of the test; deleted with the namespace. */
  readonly folder: string;
  /** Before a program and its arguments: runs them in the namespace. */
  readonly run: readonly [program: string, ...args: string[]];
  /** Runs `ip` for the namespace. */
  ip(...args: readonly string[]): void;
  /** Ended with the namespace. */
  keep(child: ChildProcess): void;
  /** Sets the names and their addresses. All others are asked of a resolver at 127.0.0.1. */
  setNames(names: Readonly<Record<string, readonly string[]>>): Promise<void>;
}

/** A network namespace with loopback only. */
export async function createNamespace(): Promise<Namespace> {
  const name = `gateway-test-${process.pid}`;
  // `ip netns exec` mounts these files over those of /etc.
  const settings = `/etc/netns/${name}`;
  const folder = await mkdtemp(path.join(tmpdir(), 'gateway-network-'));
  const children: ChildProcess[] = [];

  const clear = (): void => {
    process.off('exit', clear);
    for (const child of children) child.kill('SIGKILL');
    spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
    rmSync(settings, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  };
  // Also if this process is interrupted.
  process.once('exit', clear);

  const setNames: Namespace['setNames'] = async (names) => {
    const lines = Object.entries(names).flatMap(([host, addresses]) =>
      addresses.map((address) => `${address} ${host}\n`),
    );
    await writeFile(path.join(settings, 'hosts'), `127.0.0.1 localhost\n${lines.join('')}`);
  };

  await mkdir(settings, { recursive: true });
  await setNames({});
  await writeFile(path.join(settings, 'resolv.conf'), 'nameserver 127.0.0.1\n');
  // Other ways to find names would lead out of the namespace.
  await writeFile(path.join(settings, 'nsswitch.conf'), 'hosts: files dns\n');
  runIp('netns', 'add', name);
  runIp('-n', name, 'link', 'set', 'lo', 'up');
  return {
    folder,
    run: ['ip', 'netns', 'exec', name],
    ip: (...args) => runIp('-n', name, ...args),
    keep: (child) => void children.push(child),
    setNames,
    async [Symbol.asyncDispose]() {
      clear();
      await Promise.all(children.map(ended));
    },
  };
}

/** Gives the namespace a TUN device `far`, not yet up: its packets go to and come from a UDP port of the namespace. */
export async function addTunDevice(
  { run: [program, ...args], keep }: Namespace,
  port: number,
): Promise<void> {
  const tun = 'TUN,tun-name=far,tun-type=tun,iff-no-pi';
  const udp = `UDP4-DATAGRAM:127.0.0.1:${port},bind=127.0.0.1`;
  const socat = spawn(program, [...args, 'socat', '-d', '-d', tun, udp], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  keep(socat);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let output = '';
  socat.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (output.includes('starting data transfer loop')) resolve();
  });
  socat.once('close', () => reject(new Error(`socat has ended: ${output}`)));
  await promise;
}

function runIp(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
