import { responsePathAsArray, type GraphQLResolveInfo } from 'graphql';
import type { EndedLookup } from '../../cache/lookup-report.ts';
import type { LookupSource } from '../../domain/observer.ts';

type Path = GraphQLResolveInfo['path'];

/** How one place of an answer got its data: one entry of `extensions.lookups`. */
export interface ExplainedLookup {
  readonly path: readonly (string | number)[];
  readonly source: LookupSource;
  /** Since DingTalk was asked; null where nothing was found. */
  readonly ageMs: number | null;
  readonly attempts: number;
  readonly ms: number;
}

/** Gathers, for one request, which lookup served which place: several places may share one. */
export interface Explanation {
  /** The place at `path` needs the lookup of that name. */
  asked(path: Path, name: string): void;
  ended(name: string, lookup: EndedLookup): void;
  /** In the order in which they were asked; a place whose lookup was not made is left out. */
  lookups(): readonly ExplainedLookup[];
}

export function createExplanation(): Explanation {
  const places: { readonly path: Path; readonly name: string }[] = [];
  const ended = new Map<string, EndedLookup>();
  return {
    asked: (path, name) => void places.push({ path, name }),
    ended: (name, lookup) => void ended.set(name, lookup),
    lookups: () =>
      places.flatMap(({ path, name }) => {
        const lookup = ended.get(name);
        return lookup ? [{ path: responsePathAsArray(path), ...inWholeMs(lookup) }] : [];
      }),
  };
}

const inWholeMs = ({ source, ageMs, attempts, ms }: EndedLookup): Omit<ExplainedLookup, 'path'> => ({
  source,
  ageMs: ageMs === undefined ? null : Math.round(ageMs),
  attempts,
  ms: Math.round(ms),
});
