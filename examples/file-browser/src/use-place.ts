import { useCallback, useEffect, useState } from 'react';

/** A folder on the way from the root. */
export interface Crumb {
  readonly dentryId: string;
  readonly name: string;
}

/** Where the person is: a group, and the folders that lead down from its root. */
export interface Place {
  readonly group: string;
  readonly trail: readonly Crumb[];
  /** After going up: the folder that was left. */
  readonly cameFrom?: string | undefined;
}

interface PlaceControl {
  readonly place: Place;
  readonly goTo: (trail: readonly Crumb[]) => void;
  readonly openGroup: (group: string) => void;
}

/** The example of DingTalk's API page, which the stand-in knows. */
const exampleGroup = 'cid9FTRQSLo+sKxxxx';

/** The group is in the URL; the folders are in the browser's history, which a reload keeps. */
export function usePlace(): PlaceControl {
  const [place, setPlace] = useState(placeOfHistory);
  useEffect(() => {
    const onPopState = (): void => setPlace(placeOfHistory());
    addEventListener('popstate', onPopState);
    return () => removeEventListener('popstate', onPopState);
  }, []);

  const move = useCallback((next: Place): void => {
    history.pushState(next.trail, '', `?${new URLSearchParams({ group: next.group })}`);
    setPlace(next);
  }, []);
  return {
    place,
    goTo: (trail) => {
      move({ group: place.group, trail, cameFrom: place.trail[trail.length]?.dentryId });
    },
    openGroup: (group) => {
      move({ group, trail: [] });
    },
  };
}

const placeOfHistory = (): Place => ({
  group: new URLSearchParams(location.search).get('group') ?? exampleGroup,
  // Only this page writes it.
  trail: (history.state as Place['trail'] | null) ?? [],
});
