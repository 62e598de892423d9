import type { FastifyInstance } from 'fastify';
import { startGateway } from '../support/start-gateway.ts';

/** A gateway that listens, with the explorer on it and a stand-in of its own behind it. */
export interface StartedServer {
  readonly app: FastifyInstance;
  readonly origin: string;
  close(): Promise<void>;
}

export async function startServer(): Promise<StartedServer> {
  const { app, url, close } = await startGateway({ environment: { IDE: 'on' } });
  return { app, origin: url, close };
}
