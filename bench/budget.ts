/** How long a turn lasts at least and at most: shorter ones measure noise, longer ones tell no more. */
const shortestTurnMs = 80;
const longestTurnMs = 400;
/** What a turn costs beside its load: connections, settling, counting. */
const besideTurnMs = 60;

/** What a run is made of, for telling beforehand how long it takes. */
export interface RunShape {
  /** Of the whole run. */
  readonly budgetMs: number;
  /** The one that does not count included. */
  readonly rounds: number;
  /** Turns of a round whose length can be chosen. */
  readonly turns: number;
  /** What a round spends on everything else: starts, and turns whose number of operations is given. */
  readonly fixedMs: number;
}

/** How long each turn of the first round may be, so that all rounds fit into the budget. */
export function turnMs({ budgetMs, rounds, turns, fixedMs }: RunShape): number {
  const perRoundMs = budgetMs / rounds - fixedMs;
  return Math.min(longestTurnMs, Math.max(shortestTurnMs, perRoundMs / Math.max(1, turns) - besideTurnMs));
}

/** How long the whole takes with turns of that length. */
export const estimateMs = (shape: RunShape): number =>
  shape.rounds * (shape.fixedMs + shape.turns * (turnMs(shape) + besideTurnMs));

/** How long turns are to be from now on, after one round showed what it takes. */
export function nextTurnMs(seen: {
  readonly turnMs: number;
  readonly leftMs: number;
  readonly roundsLeft: number;
  readonly roundMs: number;
  /** The part of the round that was spent in turns whose length can be chosen. */
  readonly turnsMs: number;
}): number {
  if (seen.turnsMs <= 0) return seen.turnMs;
  const availableMs = seen.leftMs / Math.max(1, seen.roundsLeft) - (seen.roundMs - seen.turnsMs);
  return Math.min(longestTurnMs, Math.max(shortestTurnMs, (seen.turnMs * availableMs) / seen.turnsMs));
}

/** How many operations a turn of that length has, going by the one before: every place at once is taken twice at least. */
export const operationsFor = (perSecond: number, turnMs: number, concurrency: number): number =>
  Math.max(2 * concurrency, Math.round((perSecond * turnMs) / 1000));
