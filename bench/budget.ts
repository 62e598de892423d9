/** The bounds of a turn's length: shorter ones measure noise, longer ones add no precision. */
const shortestTurnMs = 80;
const longestTurnMs = 400;
/** The time of a turn besides its load: connections, settling, counting. */
const besideTurnMs = 60;

/** The shape of a run, to estimate its length. */
export interface RunShape {
  /** Of the whole run. */
  readonly budgetMs: number;
  /** Including the one that does not count. */
  readonly rounds: number;
  /** Turns of a round with a variable length. */
  readonly turns: number;
  /** The rest of a round: starts, and turns with a given number of operations. */
  readonly fixedMs: number;
}

/** The length of each turn of the first round, so that all rounds fit into the budget. */
export function turnMs({ budgetMs, rounds, turns, fixedMs }: RunShape): number {
  const perRoundMs = budgetMs / rounds - fixedMs;
  return Math.min(longestTurnMs, Math.max(shortestTurnMs, perRoundMs / Math.max(1, turns) - besideTurnMs));
}

/** The length of the run with turns of that length. */
export const estimateMs = (shape: RunShape): number =>
  shape.rounds * (shape.fixedMs + shape.turns * (turnMs(shape) + besideTurnMs));

/** The length of later turns, from the measured time of one round. */
export function nextTurnMs(seen: {
  readonly turnMs: number;
  readonly leftMs: number;
  readonly roundsLeft: number;
  readonly roundMs: number;
  /** The part of the round in turns with a variable length. */
  readonly turnsMs: number;
}): number {
  if (seen.turnsMs <= 0) return seen.turnMs;
  const availableMs = seen.leftMs / Math.max(1, seen.roundsLeft) - (seen.roundMs - seen.turnsMs);
  return Math.min(longestTurnMs, Math.max(shortestTurnMs, (seen.turnMs * availableMs) / seen.turnsMs));
}

/** The operations of a turn of that length, from the turn before: at least twice the concurrency. */
export const operationsFor = (perSecond: number, turnMs: number, concurrency: number): number =>
  Math.max(2 * concurrency, Math.round((perSecond * turnMs) / 1000));
