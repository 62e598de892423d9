import { nextTurnMs, operationsFor, turnMs, type RunShape } from './budget.ts';
import { furtherTurns } from './further-rounds.ts';
import { measureCell, type Cell } from './measure/cell.ts';
import type { RedisAddress } from './measure/redis-cost.ts';
import type { RunningTarget } from './measure/running-target.ts';
import { measureStart } from './measure/start-cell.ts';
import type { Progress } from './progress.ts';
import { rowsOf } from './report/report.ts';
import type { Surroundings, Target } from './target.ts';
import type { Upstream } from './upstream/upstream.ts';
import type { Workload } from './workload.ts';
import { takesPart } from './workloads.ts';

/** Turns of further rounds are longer than those of the others. */
const longer = 2;

export interface RoundsOptions {
  readonly upstream: Upstream;
  readonly surroundings: Surroundings;
  readonly redisOf: (target: Target) => readonly RedisAddress[];
  readonly running: readonly RunningTarget[];
  readonly workloads: readonly Workload[];
  /** Rounds that count. */
  readonly rounds: number;
  /** Whether rows with a wide middle half get further rounds. */
  readonly furtherRounds: boolean;
  readonly shape: RunShape;
  /** The time left for the rounds, and for the further ones too. */
  leftMs(): { readonly rounds: number; readonly all: number };
  readonly progress: Progress;
}

export interface Rounds {
  readonly cells: readonly Cell[];
  /** Rounds that count, without the further ones. */
  readonly rounds: number;
}

/** Plays one round that does not count, those that do, and further ones. */
export async function playRounds(options: RoundsOptions): Promise<Rounds> {
  const { running, workloads, rounds, shape, leftMs, progress } = options;
  const cells: Cell[] = [];
  /** The number of operations of each turn, from the round before. */
  const counts = new Map<string, number>();
  const tookMs = new Map<string, number>();
  let forMs = turnMs(shape);

  /** One round of a workload. */
  async function play(workload: Workload, targets: readonly RunningTarget[], round: number, shown: string) {
    const measured: Cell[] = [];
    for (const one of targets.filter(({ target }) => takesPart(target, workload))) {
      progress.show(`${shown}  ${workload.name}  ${one.target.name}`);
      const key = keyOf(workload.name, one.target.name);
      const startedMs = performance.now();
      const cell = await measure(options, workload, one, { round, operations: counts.get(key), forMs });
      tookMs.set(key, performance.now() - startedMs);
      for (const fault of cell.faults) {
        progress.say(`WRONG  ${workload.name}  ${one.target.name}: ${fault}`);
      }
      measured.push(cell);
    }
    cells.push(...measured);
    return measured;
  }

  /** Sets the length of the next turns. */
  function count(measured: readonly Cell[]): void {
    for (const { name, concurrency, operations } of workloads) {
      if (operations !== undefined) continue;
      for (const cell of measured.filter(({ workload }) => workload === name)) {
        counts.set(keyOf(name, cell.target), operationsFor(cell.operationsPerSecond, forMs, concurrency));
      }
    }
  }

  let lastRoundMs = 0;
  let round = 0;
  for (; round <= rounds; round += 1) {
    if (round > 1 && lastRoundMs > leftMs().all) {
      progress.say(`The time is up: ${round - 1} rounds in place of ${rounds}`);
      break;
    }
    const roundStartedMs = performance.now();
    const measured: Cell[] = [];
    for (const workload of workloads) {
      measured.push(...(await play(workload, running, round, `round ${round} of ${rounds}`)));
    }
    lastRoundMs = performance.now() - roundStartedMs;
    const flexible = measured.filter(({ workload }) => isFlexible(workloads, workload));
    forMs = nextTurnMs({
      turnMs: forMs,
      leftMs: leftMs().rounds,
      roundsLeft: rounds - round,
      roundMs: lastRoundMs,
      turnsMs: 1000 * sum(flexible.map(({ seconds }) => seconds)),
    });
    count(measured);
    if (round === 0 && rounds > 0) {
      const further = options.furtherRounds ? ', and further rounds' : '';
      progress.say(`about ${Math.ceil((lastRoundMs * rounds) / 1000)} s to go${further}`);
    }
  }
  const counted = round - 1;

  const targets = running.map(({ target }) => target);
  forMs *= longer;
  for (const [key, ms] of tookMs) tookMs.set(key, ms * longer);
  for (let played = options.furtherRounds; played; round += 1) {
    played = false;
    count(cells);
    const turns = furtherTurns(rowsOf({ targets, workloads, cells }));
    for (const { workload: name, targets: wanted } of turns) {
      const ones = running.filter(({ target }) => wanted.includes(target.name));
      const takesMs = sum(ones.map(({ target }) => tookMs.get(keyOf(name, target.name)) ?? 0));
      const workload = workloads.find((each) => each.name === name);
      if (workload === undefined || takesMs > leftMs().all) continue;
      await play(workload, ones, round, `further round ${round - counted}`);
      played = true;
    }
  }
  return { cells, rounds: counted };
}

interface Turn {
  readonly round: number;
  readonly operations: number | undefined;
  readonly forMs: number;
}

function measure(
  options: RoundsOptions,
  workload: Workload,
  running: RunningTarget,
  { round, operations, forMs }: Turn,
): Promise<Cell> {
  const { upstream, surroundings, redisOf } = options;
  const { target } = running;
  if (workload.kind === 'start') return measureStart({ target, workload, upstream, surroundings, round });
  return measureCell({
    running,
    workload,
    upstream,
    redis: redisOf(target),
    round,
    seed: `${workload.name}.${target.name}.${round}`,
    operations: workload.operations ?? operations,
    forMs,
    // The cache stays warm.
    warmUp: round === 0,
  });
}

const keyOf = (workload: string, target: string): string => `${workload} ${target}`;

const isFlexible = (workloads: readonly Workload[], workload: string): boolean =>
  workloads.find(({ name }) => name === workload)?.operations === undefined;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
