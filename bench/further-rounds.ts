import { hasGoal } from './goals.ts';
import type { Row } from './report/report.ts';
import { widthOf, type Summary } from './statistics.ts';

/** A middle half that reaches farther from its median, as a share of it, is wide. */
const wide = 0.15;
/** A row that is still wide after so many rounds stays wide. */
const mostRounds = 40;

/** The targets of a workload that get a further round. */
export interface FurtherTurns {
  readonly workload: string;
  readonly targets: readonly string[];
}

const widthOfRow = ({ ratio, ratioBeside }: Row): number => Math.max(width(ratio), width(ratioBeside));

const width = (summary: Summary | undefined): number => (summary === undefined ? 0 : widthOf(summary));

/**
 * The turns of one further round: rows whose middle half is wide, with what they are compared with, the widest workload
 * first. As long as rows with a goal are wide, the others wait.
 */
export function furtherTurns(rows: readonly Row[]): FurtherTurns[] {
  const candidates = rows.filter((row) => row.rounds < mostRounds && widthOfRow(row) > wide);
  const judged = candidates.filter(({ workload, target }) => hasGoal(workload, target));
  const chosen = Map.groupBy(judged.length > 0 ? judged : candidates, ({ workload }) => workload);
  return [...chosen]
    .map(([workload, of]) => ({ workload, of, width: Math.max(...of.map(widthOfRow)) }))
    .toSorted((a, b) => b.width - a.width)
    .map(({ workload, of }) => ({ workload, targets: [...new Set(of.flatMap(comparedTargets))] }));
}

const comparedTargets = ({ reference, beside, target }: Row): string[] =>
  beside === undefined ? [reference, target] : [reference, beside, target];
