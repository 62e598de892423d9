import { responsePathAsArray, type GraphQLResolveInfo } from 'graphql';
import type { EndedLookup } from '../../cache/lookup-report.ts';
import type { LookupSource } from '../../domain/observer.ts';

type Path = GraphQLResolveInfo['path'];

/** How one place of an answer came by its data: one entry of `extensions.lookups`. */
export interface ExplainedLookup {
  readonly path: readonly (string | number)[];
  readonly source: LookupSource;
  /** Since DingTalk was asked; null where nothing was found. */
  readonly ageMs: number | null;
  readonly attempts: number;
  readonly ms: number;
}

/** Gathers, for one request, what was looked up for which place: several places may share one lookup. */
export interface Explanation {
  /** The place at `path` needs what `loader` finds under `id`. */
  asked(path: Path, loader: string, id: unknown): void;
  ended(loader: string, id: string, lookup: EndedLookup): void;
  /** In the order in which they were asked; a place whose id was refused unasked is left out. */
  lookups(): readonly ExplainedLookup[];
}

export function createExplanation(): Explanation {
  const places: { readonly path: Path; readonly name: string }[] = [];
  const found = new Map<string, EndedLookup>();
  return {
    asked: (path, loader, id) => void places.push({ path, name: nameOf(loader, id) }),
    ended: (loader, id, lookup) => void found.set(nameOf(loader, id), lookup),
    lookups: () =>
      places.flatMap(({ path, name }) => {
        const lookup = found.get(name);
        return lookup ? [{ path: responsePathAsArray(path), ...inWholeMs(lookup) }] : [];
      }),
  };
}

const nameOf = (loader: string, id: unknown): string => JSON.stringify([loader, id]);

const inWholeMs = ({ source, ageMs, attempts, ms }: EndedLookup): Omit<ExplainedLookup, 'path'> => ({
  source,
  ageMs: ageMs === undefined ? null : Math.round(ageMs),
  attempts,
  ms: Math.round(ms),
});
