import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';

/** What the gateway of `productionOver` accepts. */
export const apiKey = { 'x-api-key': 'judges' };

const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface BuiltGateway extends AsyncDisposable {
  /** Without a path. */
  readonly url: string;
  /** False once it has ended. */
  readonly isRunning: boolean;
}

/** The environment of production, over a stand-in. */
export const productionOver = (upstreamUrl: string): NodeJS.ProcessEnv => ({
  NODE_ENV: 'production',
  DINGTALK_API_URL: upstreamUrl,
  DINGTALK_APP_KEY: sandboxCredentials.appKey,
  DINGTALK_APP_SECRET: sandboxCredentials.appSecret,
  DINGTALK_OPERATOR_UNION_ID: sandboxCredentials.operatorUnionId,
  VIEWER_AUTH: 'fixed',
  GATEWAY_API_KEYS: apiKey['x-api-key'],
});

/** Starts the built gateway on a free port, with nothing but `environment` in its environment. */
export async function startBuiltGateway(environment: NodeJS.ProcessEnv): Promise<BuiltGateway> {
  const child = spawn(process.execPath, [program], {
    env: { PORT: '0', HOST: '127.0.0.1', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const { promise: listening, resolve, reject } = Promise.withResolvers<string>();
  // Reads on until the end: a full pipe would lose lines of the log.
  createInterface({ input: child.stdout }).on('line', (line) => {
    const url = /"graphql":"([^"]+)\/graphql"/.exec(line)?.[1];
    if (url !== undefined) resolve(url.replace('localhost', '127.0.0.1'));
  });
  void ended.then(() => reject(new Error('The gateway ended before it listened.')));
  return {
    url: await listening,
    get isRunning() {
      return child.exitCode === null && child.signalCode === null;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
