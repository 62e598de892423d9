import type { Operation } from './load/operation.ts';
import type { Target } from './target.ts';

/** A load that every target gets. */
export interface Workload {
  readonly name: string;
  readonly what: string;
  readonly kind: 'load' | 'start';
  /** Compared by the time of an operation instead of its CPU time. */
  readonly timed?: boolean;
  /** How long each lookup takes upstream. */
  readonly latencyMs: number;
  /** Concurrent operations. */
  readonly concurrency: number;
  /** As many requests as an operation is without GraphQL. */
  readonly lookupsPerOperation: number;
  /** The number of operations in a turn; undefined for as many as fit into its time. */
  readonly operations: number | undefined;
  suits(target: Target): boolean;
  /** The operations that fill a target's cache, before the measurement. */
  warmUp?(): readonly Operation[];
  /** The operations of one round, one at a time; `seed` differs between turns, so that new ids were never used before. */
  source(seed: string): () => Operation;
}
