import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface GatewayProcess {
  readonly child: ChildProcess;
  /** The address that it logs once it listens; rejects if it ends before. */
  readonly url: Promise<string>;
  /** Everything it has printed so far. */
  output(): { readonly stdout: string; readonly stderr: string };
  /** The exit code, once it has ended and everything it printed has been read. */
  readonly ended: Promise<number | null>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Runs `command` in the project's folder, with only `environment` and PATH in its environment. */
export function startProcess(
  command: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): GatewayProcess {
  const [program = '', ...args] = command;
  const { PATH, HOME } = process.env;
  const child = spawn(program, args, {
    cwd: root,
    env: { PATH, HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A separate process group, so that its children can be ended with it.
    detached: true,
  });
  let stdout = '';
  let stderr = '';
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const { promise: url, resolve, reject } = Promise.withResolvers<string>();
  url.catch(() => {});
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    const address = /"graphql":"([^"]+)"/.exec(stdout)?.[1];
    if (address) resolve(address);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  void ended.then((code) => reject(new Error(`ended with ${code} before it listened: ${stderr}`)));
  return {
    child,
    url,
    output: () => ({ stdout, stderr }),
    ended,
    async [Symbol.asyncDispose]() {
      if (child.pid !== undefined) endGroup(child.pid);
      await ended;
    },
  };
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // The group has already ended.
  }
}
