import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Choice } from './arguments.ts';
import { estimateMs, nextTurnMs, operationsFor, turnMs, type RunShape } from './budget.ts';
import { measureCell, type Cell } from './measure/cell.ts';
import { freePort } from '../scripts/support/free-port.ts';
import { residentMiB } from './measure/process-cost.ts';
import { pause, startTarget, type RunningTarget } from './measure/running-target.ts';
import { measureStart } from './measure/start-cell.ts';
import { warmUp } from './measure/warm-up.ts';
import { createProgress, type Progress } from './progress.ts';
import { findProgram } from '../scripts/support/find-program.ts';
import { startRedisProcess } from '../scripts/support/redis-process.ts';
import type { Report } from './report/report.ts';
import type { Surroundings, Target } from './target.ts';
import { targets } from './targets.ts';
import { startUpstream, type Upstream } from './upstream/upstream.ts';
import type { Workload } from './workload.ts';
import { fileWorkloads, refusals, workloads } from './workloads.ts';

/** In addition to the start of the targets and their warm-up. */
const budgetMs = { full: 360_000, quick: 30_000 };
/** Of all targets together. */
const warmUpMs = { full: 105_000, quick: 15_000 };
/** For each: a longer warm-up would not make it faster. */
const longestWarmUpMs = 20_000;
/** A round that would end later does not start. */
const overBudget = 1.05;
const roundsOfFull = 11;
/** Assumptions for the estimate that is printed before the first measurement. */
const startGuessMs = 1000;
const burstGuessMs = 1000;
const idleAfterMs = 1000;

/** Runs every chosen target at every chosen workload, in turns, round after round. */
export async function run(choice: Choice): Promise<Report> {
  const startedMs = performance.now();
  const startedAt = new Date().toISOString();
  const elapsedMs = (): number => performance.now() - startedMs;
  const chosenWorkloads = workloads.filter(({ name }) => choice.workloads.includes(name));
  const chosenFileWorkloads = fileWorkloads.filter((each) => chosenWorkloads.includes(each));
  const redisProgram = findProgram('redis-server');
  const wanted = targets.filter(({ name }) => choice.targets.includes(name));
  const possible = wanted.filter(({ needsRedis }) => needsRedis !== true || redisProgram !== undefined);
  const skipped = wanted
    .filter((target) => !possible.includes(target))
    .map(({ name }) => `${name}, as redis-server is not installed (Debian: apt-get install redis-server)`);

  const kind = choice.mode === 'quick' ? 'quick' : 'full';
  const warmUpForMs = Math.min(longestWarmUpMs, warmUpMs[kind] / possible.length);
  const startupMs = possible.length * (startGuessMs + warmUpForMs);
  const shape = shapeOf(choice, possible, chosenWorkloads);
  const progress = createProgress();
  for (const line of skipped) progress.say(`Left out: ${line}`);
  progress.say(
    `${possible.length} targets, ${chosenWorkloads.length} workloads, ${choice.rounds} rounds and one that does not count: about ${Math.ceil((estimateMs(shape) + startupMs) / 1000)} s`,
  );

  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'bench-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const upstream = await startUpstream();
  started.defer(() => upstream.stop());
  await upstream.deny(refusals);
  const redis =
    redisProgram !== undefined && possible.some(({ needsRedis }) => needsRedis)
      ? await startRedisProcess(redisProgram, await freePort())
      : undefined;
  started.defer(async () => redis?.stop());
  const surroundings = { port: 0, upstreamUrl: upstream.url, redisUrl: redis?.url ?? '', folder };

  const running: RunningTarget[] = [];
  for (const target of possible) {
    progress.show(`start  ${target.name}`);
    const own: Surroundings = { ...surroundings, port: await freePort() };
    await target.prepare?.(own);
    const one = await startTarget(target, own);
    started.defer(() => one.child.stop());
    running.push(one);
  }
  await pause(idleAfterMs);
  const idle = residentMiBOf(running);

  for (const one of running) {
    progress.show(`warm-up  ${one.target.name}`);
    await warmUp(one, warmUpForMs, chosenFileWorkloads);
  }
  const cells: Cell[] = [];
  const counts = new Map<string, number>();
  let forMs = turnMs(shape);
  let lastRoundMs = 0;
  let round = 0;
  for (; round <= choice.rounds; round += 1) {
    if (round > 1 && elapsedMs() + lastRoundMs > (shape.budgetMs + startupMs) * overBudget) {
      progress.say(`The time is up: ${round - 1} rounds in place of ${choice.rounds}`);
      break;
    }
    const roundStartedMs = performance.now();
    const turns = {
      upstream,
      surroundings,
      running,
      round,
      rounds: choice.rounds,
      counts,
      forMs,
      progress,
    };
    const measured = await playRound(chosenWorkloads, turns);
    cells.push(...measured);
    lastRoundMs = performance.now() - roundStartedMs;
    const turnsMs =
      1000 * sum(measured.filter(({ workload }) => isFlexible(workload)).map((cell) => cell.seconds));
    forMs = nextTurnMs({
      turnMs: forMs,
      leftMs: shape.budgetMs + startupMs - elapsedMs(),
      roundsLeft: choice.rounds - round,
      roundMs: lastRoundMs,
      turnsMs,
    });
    for (const { name, concurrency } of chosenWorkloads.filter((each) => isFlexible(each.name))) {
      for (const cell of measured.filter(({ workload }) => workload === name)) {
        counts.set(keyOf(cell), operationsFor(cell.operationsPerSecond, forMs, concurrency));
      }
    }
    if (round === 0 && choice.rounds > 0) {
      progress.say(`about ${Math.ceil((lastRoundMs * choice.rounds) / 1000)} s to go`);
    }
  }
  const after = residentMiBOf(running);
  const memory = possible.map(({ name }) => ({
    target: name,
    idleMiB: idle.get(name) ?? NaN,
    afterMiB: after.get(name) ?? NaN,
  }));
  progress.clear();
  return {
    mode: choice.mode,
    startedAt,
    seconds: elapsedMs() / 1000,
    machine: {
      node: process.version,
      cpus: os.availableParallelism(),
      cpu: os.cpus()[0]?.model ?? 'unknown',
    },
    rounds: round - 1,
    targets: possible.map(({ name, what }) => ({ name, what })),
    workloads: chosenWorkloads.map(({ name, what }) => ({ name, what })),
    skipped,
    memory,
    cells,
  };
}

interface Turns {
  readonly upstream: Upstream;
  readonly surroundings: Surroundings;
  readonly running: readonly RunningTarget[];
  readonly round: number;
  readonly rounds: number;
  /** The number of operations of each turn, from the round before. */
  readonly counts: Map<string, number>;
  readonly forMs: number;
  readonly progress: Progress;
}

async function playRound(chosen: readonly Workload[], turns: Turns): Promise<Cell[]> {
  const { upstream, surroundings, running, round, counts, forMs, progress } = turns;
  const cells: Cell[] = [];
  for (const workload of chosen) {
    for (const one of running) {
      const { target } = one;
      if (!workload.suits(target)) continue;
      progress.show(`round ${round} of ${turns.rounds}  ${workload.name}  ${target.name}`);
      const key = keyOf({ workload: workload.name, target: target.name });
      const cell =
        workload.kind === 'start'
          ? await measureStart({ target, workload, upstream, surroundings, round })
          : await measureCell({
              running: one,
              workload,
              upstream,
              round,
              seed: `${workload.name}.${target.name}.${round}`,
              operations: workload.operations ?? counts.get(key),
              forMs,
              // The cache stays warm.
              warmUp: round === 0,
            });
      for (const fault of cell.faults) progress.say(`WRONG  ${workload.name}  ${target.name}: ${fault}`);
      cells.push(cell);
    }
  }
  return cells;
}

/** The present memory of each target. */
const residentMiBOf = (running: readonly RunningTarget[]): ReadonlyMap<string, number> =>
  new Map(running.map(({ target, child }) => [target.name, residentMiB([child.pid])]));

const keyOf = ({ workload, target }: Pick<Cell, 'workload' | 'target'>): string => `${workload} ${target}`;

const isFlexible = (workload: string): boolean =>
  workloads.find(({ name }) => name === workload)?.operations === undefined;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function shapeOf(choice: Choice, chosen: readonly Target[], chosenWorkloads: readonly Workload[]): RunShape {
  const rounds = choice.rounds + 1;
  const suited = chosenWorkloads.flatMap((workload) => chosen.filter(workload.suits).map(() => workload));
  const starts = suited.filter(({ kind }) => kind === 'start').length;
  const bursts = suited.filter(({ kind, operations }) => kind === 'load' && operations !== undefined).length;
  return {
    budgetMs: choice.mode === 'quick' ? budgetMs.quick : (budgetMs.full * Math.max(rounds, 2)) / roundsOfFull,
    rounds,
    turns: suited.length - starts - bursts,
    fixedMs: starts * startGuessMs + bursts * burstGuessMs,
  };
}
