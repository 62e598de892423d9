import { spawn } from 'node:child_process';
import { once } from 'node:events';

const startWithinMs = 60_000;
const lookup = JSON.stringify({ query: '{ conversationSpace(openConversationId: "cid") { spaceId } }' });

/**
 * Starts the program once over its sandbox on loopback, sends one query and stops it. Node then writes what it compiled
 * to the compile cache beside the program, which later starts read.
 *
 * @throws with the output of the program, if it does not start or does not stop cleanly.
 */
export async function firstStart(program: string): Promise<void> {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [program], {
    env: { PATH, DINGTALK_MODE: 'sandbox', HOST: '127.0.0.1', PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const deadline = setTimeout(() => child.kill('SIGKILL'), startWithinMs);
  const listens = Promise.withResolvers<string>();
  let written = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      written += text;
      const url = /"graphql":"([^"]+)"/.exec(written)?.[1];
      if (url !== undefined) listens.resolve(url);
    });
  }
  try {
    const url = await Promise.race([listens.promise, ended]);
    if (typeof url === 'string') {
      await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: lookup });
      child.kill('SIGTERM');
    }
    const [exitCode] = await ended;
    if (exitCode !== 0) throw new Error(`${program} was built but does not start:\n${written}`);
  } finally {
    clearTimeout(deadline);
    child.kill('SIGKILL');
  }
}
