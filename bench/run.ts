import os from 'node:os';
import type { Choice } from './arguments.ts';
import { estimateMs, type RunShape } from './budget.ts';
import { freePort } from '../scripts/support/free-port.ts';
import { residentMiB } from './measure/process-cost.ts';
import { pause, startTarget, type RunningTarget } from './measure/running-target.ts';
import { warmUp } from './measure/warm-up.ts';
import { createProgress } from './progress.ts';
import { playRounds } from './rounds.ts';
import type { Report } from './report/report.ts';
import { missingFor, startSurroundings } from './surroundings.ts';
import type { Surroundings, Target } from './target.ts';
import { targets } from './targets.ts';
import type { Workload } from './workload.ts';
import { fileWorkloads, refusals, takesPart, workloads } from './workloads.ts';

/** In addition to the start of the targets and their warm-up; for all rounds but the further ones. */
const budgetMs = { full: 250_000, quick: 30_000 };
const furtherMs = { full: 190_000, quick: 10_000 };
/** Of all targets together. */
const warmUpMs = { full: 105_000, quick: 20_000 };
/** For each: a longer warm-up would not make it faster. */
const longestWarmUpMs = 20_000;
const roundsOfFull = 7;
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
  const wanted = withReferences(choice.targets);
  const possible = wanted.filter((target) => missingFor(target) === undefined);
  const skipped = wanted.flatMap((target) => {
    const missing = missingFor(target);
    return missing === undefined ? [] : [`${target.name}, as ${missing}`];
  });

  const kind = choice.mode === 'quick' ? 'quick' : 'full';
  const warmUpForMs = Math.min(longestWarmUpMs, warmUpMs[kind] / possible.length);
  const startupMs = possible.length * (startGuessMs + warmUpForMs);
  const shape = shapeOf(choice, possible, chosenWorkloads);
  const further = choice.furtherRounds ? furtherMs[kind] : 0;
  const progress = createProgress();
  for (const line of skipped) progress.say(`Left out: ${line}`);
  progress.say(
    `${possible.length} targets, ${chosenWorkloads.length} workloads, ${choice.rounds} rounds and one that does not count: about ${Math.ceil((estimateMs(shape) + startupMs + further) / 1000)} s`,
  );

  await using around = await startSurroundings(possible);
  await using started = new AsyncDisposableStack();
  const { upstream, surroundings, redisOf } = around;
  await upstream.deny(refusals);

  const running: RunningTarget[] = [];
  const failed: string[] = [];
  for (const target of possible) {
    progress.show(`start  ${target.name}`);
    const own: Surroundings = { ...surroundings, port: await freePort() };
    try {
      await target.prepare?.(own);
      const one = await startTarget(target, own);
      started.defer(() => one.child.stop());
      running.push(one);
    } catch (error) {
      // Without what the others are compared with there is nothing to report.
      if (possible.some(({ reference = 'limit' }) => reference === target.name)) throw error;
      const message = error instanceof Error ? error.message : String(error);
      failed.push(message);
      progress.say(`Left out: ${message}`);
    }
  }
  await pause(idleAfterMs);
  const idle = residentMiBOf(running);

  for (const one of running) {
    progress.show(`warm-up  ${one.target.name}`);
    await warmUp(one, warmUpForMs, chosenFileWorkloads);
  }
  const { cells, rounds } = await playRounds({
    upstream,
    surroundings,
    redisOf,
    running,
    workloads: chosenWorkloads,
    rounds: choice.rounds,
    furtherRounds: choice.furtherRounds,
    shape,
    leftMs() {
      const forRoundsMs = shape.budgetMs + startupMs - elapsedMs();
      return { rounds: forRoundsMs, all: forRoundsMs + further };
    },
    progress,
  });
  const after = residentMiBOf(running);
  const measured = running.map(({ target }) => target);
  const memory = measured.map(({ name }) => ({
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
    rounds,
    targets: measured.map(({ name, what, reference, beside }) => ({ name, what, reference, beside })),
    workloads: chosenWorkloads.map(({ name, what, timed }) => ({ name, what, timed })),
    skipped,
    failed,
    memory,
    cells,
  };
}

/** The chosen targets and those that their ratios are taken to. */
function withReferences(names: readonly string[]): Target[] {
  const chosen = targets.filter(({ name }) => names.includes(name));
  const references = chosen.map(({ reference }) => reference);
  return targets.filter((target) => chosen.includes(target) || references.includes(target.name));
}

/** The present memory of each target. */
const residentMiBOf = (running: readonly RunningTarget[]): ReadonlyMap<string, number> =>
  new Map(running.map(({ target, child }) => [target.name, residentMiB([child.pid])]));

function shapeOf(choice: Choice, chosen: readonly Target[], chosenWorkloads: readonly Workload[]): RunShape {
  const rounds = choice.rounds + 1;
  const suited = chosenWorkloads.flatMap((workload) =>
    chosen.filter((target) => takesPart(target, workload)).map(() => workload),
  );
  const starts = suited.filter(({ kind }) => kind === 'start').length;
  const bursts = suited.filter(({ kind, operations }) => kind === 'load' && operations !== undefined).length;
  return {
    budgetMs: choice.mode === 'quick' ? budgetMs.quick : (budgetMs.full * Math.max(rounds, 2)) / roundsOfFull,
    rounds,
    turns: suited.length - starts - bursts,
    fixedMs: starts * startGuessMs + bursts * burstGuessMs,
  };
}
