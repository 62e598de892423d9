import type { Operation } from './load/operation.ts';
import type { Target } from './target.ts';

/** What is asked of every target. */
export interface Workload {
  readonly name: string;
  readonly what: string;
  readonly kind: 'load' | 'start';
  /** How long each lookup takes upstream. */
  readonly latencyMs: number;
  /** Operations under way at once. */
  readonly concurrency: number;
  readonly lookupsPerOperation: number;
  /** How many operations one turn has; undefined: as many as fit into its time. */
  readonly operations: number | undefined;
  suits(target: Target): boolean;
  /** What is asked before anything is counted, of targets that keep answers. */
  warmUp?(): readonly Operation[];
  /** The operations of one round, one at a time; `seed` differs from turn to turn, and no id of it was seen before where ids are new. */
  source(seed: string): () => Operation;
}
