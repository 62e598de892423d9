import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { demoSpace } from '../../src/sandbox/demo-space.ts';

export const ids = 10_000;
export const viewers = 200;

export const idOf = (rank: number): string => `cid.demo.${rank}`;
export const viewerOf = (index: number): string => `viewer${index}`;
/** Each viewer is denied one of the hottest ids: a viewer who gets it was served another's answer. */
export const deniedTo = (viewer: number): number => viewer;

/** The stand-in's answer for an id. */
export const spaceIdOf = (rank: number): string => demoSpace(idOf(rank), sandboxCredentials.corpId).spaceId;

/** Draws ranks from 0 on by Zipf's law: a few are hot, most are cold. */
export function createZipf(count: number, random: () => number): () => number {
  const upTo: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= count; rank += 1) upTo.push((sum += 1 / rank));
  return () => {
    const drawn = random() * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((upTo[middle] ?? sum) < drawn) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
