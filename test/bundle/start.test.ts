import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { startProcess } from '../support/gateway-process.ts';

const tellWhatIsLoaded =
  'data:text/javascript,process.on("exit",()=>process._rawDebug(process.moduleLoadList.join("\\n")))';
const query = '{ conversationSpace(openConversationId: "cid9FTRQSLo+sKxxxx") { spaceId } }';

/** Starts a gateway, sends one query and stops it. Returns its stderr. */
async function startOnce(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<string> {
  await using run = startProcess([process.execPath, ...words], {
    PORT: '0',
    NODE_ENV: 'production',
    DINGTALK_MODE: 'sandbox',
    VIEWER_AUTH: 'router',
    ROUTER_SECRET: 'a-secret-of-the-router-and-of-us',
    ...environment,
  });
  const response = await fetch(await run.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-router-secret': 'a-secret-of-the-router-and-of-us',
      'x-dingtalk-union-id': 'union.of.a.viewer',
      'x-dingtalk-corp-id': 'ding1234xxxxx',
    },
    body: JSON.stringify({ query }),
  });
  expect(await response.json()).toEqual({ data: { conversationSpace: { spaceId: '798xxxxx' } } });
  run.child.kill('SIGTERM');
  expect(await run.ended).toBe(0);
  return run.output().stderr;
}

test("a start and a lookup do not load Node's fetch", async () => {
  const loaded = await startOnce(['--import', tellWhatIsLoaded, 'dist/main.js']);

  expect(loaded).toContain('NativeModule http\n');
  expect(loaded).not.toContain('undici');
});

test('a start uses the compile cache of its build, even from a copy', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'gateway-build-'));
  try {
    await cp('dist', path.join(folder, 'dist'), { recursive: true });
    await cp('package.json', path.join(folder, 'package.json'));

    const stderr = await startOnce([path.join(folder, 'dist/main.js')], {
      NODE_DEBUG_NATIVE: 'COMPILE_CACHE',
    });

    const outcomes = [...stderr.matchAll(/V8 code cache for ESM (\S+) was (\w+ ?\w+)/g)].map(
      ([, file = '', outcome]) => [path.basename(file).replace(/-\w{8}\.js$/, ''), outcome] as const,
    );
    const compiled = outcomes.filter(([, outcome]) => outcome !== 'accepted').map(([file]) => file);
    expect(outcomes.map(([file]) => file)).toContain('gateway');
    expect(compiled).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
