import type { Dialect } from './load/dialect.ts';

/** The port of a target, and its upstream. */
export interface Surroundings {
  readonly port: number;
  readonly upstreamUrl: string;
  /** Set for targets that need it. */
  readonly redisUrl: string;
  /** The same of a Redis Cluster. */
  readonly clusterUrl?: string;
  /** The upstream over TLS, and the file with its certificate. */
  readonly tls?: { readonly url: string; readonly certificateFile: string };
  /** A folder for files that a target writes before it starts. */
  readonly folder: string;
}

/** A measured program: it runs on Node and listens on a port. */
export interface Target {
  readonly name: string;
  readonly what: string;
  readonly dialect: Dialect;
  /** Has a cache, which is filled before a workload of hot ids. */
  readonly caches: boolean;
  /** Answers `_entities`. */
  readonly federated: boolean;
  /** The code that it promises for a refused lookup. */
  readonly refusalCode?: string;
  readonly needsRedis?: boolean;
  readonly needsCluster?: boolean;
  /** Calls its upstream over TLS. Its connections are counted. */
  readonly overTls?: boolean;
  /** The target that its ratio is taken to, if not the limit. */
  readonly reference?: string;
  /** A target that it is compared with as well, of the same round. */
  readonly beside?: string;
  /** The workloads that it takes part in, if not in all that suit it. */
  readonly workloads?: readonly string[];
  /** A peer with its cache. Workloads that a cache does not affect run only the peer without it. */
  readonly variant?: boolean;
  /** Runs once, before the first start. */
  prepare?(surroundings: Surroundings): Promise<void>;
  readonly arguments: (surroundings: Surroundings) => readonly string[];
  readonly environment: (surroundings: Surroundings) => Readonly<Record<string, string>>;
}
