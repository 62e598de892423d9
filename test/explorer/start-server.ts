import type { FastifyInstance } from 'fastify';
import { startGateway } from '../support/start-gateway.ts';

/** A listening gateway with the explorer, over a stand-in for this test only. */
export interface StartedServer {
  readonly app: FastifyInstance;
  readonly origin: string;
  close(): Promise<void>;
}

export async function startServer(environment: NodeJS.ProcessEnv = {}): Promise<StartedServer> {
  const { app, url, close } = await startGateway({ environment: { IDE: 'on', ...environment } });
  return { app, origin: url, close };
}
