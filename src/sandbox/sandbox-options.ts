import type { SandboxUser } from './credentials.ts';

/** How to start a stand-in; every field has a default. */
export interface SandboxOptions {
  /** 127.0.0.1 */
  readonly host?: string;
  /** 0: any free port */
  readonly port?: number;
  /** 20, in a sliding window of one second for each app and API; token calls do not count. */
  readonly callsPerSecond?: number;
  /** 7200 */
  readonly tokenLifeSeconds?: number;
  /** The people whose user tokens it accepts: those of `sandboxCredentials` */
  readonly users?: readonly SandboxUser[];
  /** A monotonic clock for token life, rate limit, signatures of the object store and `atMs`. */
  readonly nowMs?: () => number;
  /** How long an idle connection is kept: fastify's default */
  readonly keepConnectionsMs?: number;
}
