import type { FastifyInstance } from 'fastify';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { startGateway } from '../support/start-gateway.ts';

/** A listening gateway with the explorer, in sandbox mode unless `mode` says otherwise, over a stand-in of its own. */
export interface StartedServer {
  readonly app: FastifyInstance;
  readonly origin: string;
  readonly upstream: Sandbox;
  close(): Promise<void>;
}

export async function startServer(
  environment: NodeJS.ProcessEnv = {},
  mode: 'live' | 'sandbox' = 'sandbox',
): Promise<StartedServer> {
  const { app, url, close, upstream } = await startGateway({
    environment: { IDE: 'on', ...environment },
    adjust: (config) => ({ ...config, dingtalk: { ...config.dingtalk, mode } }),
  });
  return { app, origin: url, upstream, close };
}
