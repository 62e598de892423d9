import type { Dialect } from './load/dialect.ts';

/** Where a target is to listen and whom it is to ask. */
export interface Surroundings {
  readonly port: number;
  readonly upstreamUrl: string;
  /** Set for a target that needs it. */
  readonly redisUrl: string;
  /** A folder for what a target writes before it starts. */
  readonly folder: string;
}

/** One of those that are measured: a program of Node's that listens on a port. */
export interface Target {
  readonly name: string;
  readonly what: string;
  readonly dialect: Dialect;
  /** Keeps answers, and so is warmed up where answers are to be hot. */
  readonly caches: boolean;
  /** Answers `_entities`. */
  readonly federated: boolean;
  /** The code that it promises for a lookup that DingTalk refuses. */
  readonly refusalCode?: string;
  readonly needsRedis?: boolean;
  /** Another target once more, with its cache: what a cache has no part in is measured of the other. */
  readonly variant?: boolean;
  /** Runs once, before the first start. */
  prepare?(surroundings: Surroundings): Promise<void>;
  readonly arguments: (surroundings: Surroundings) => readonly string[];
  readonly environment: (surroundings: Surroundings) => Readonly<Record<string, string>>;
}
