import { createLatencies, type Latencies } from './latencies.ts';
import { createZipf, deniedTo, idOf, ids, spaceIdOf, viewerOf, viewers } from './population.ts';
import { routerSecret } from './start-gateway-process.ts';

/** With more at once this process would be the bottleneck. */
const maxAtOnce = 500;
const tickMs = 10;
/** Far beyond every deadline of the gateway: a request that takes longer hangs. */
const answerMs = 30_000;
/** The codes that faults of the stand-in and the rate limit lead to; any other is a bug of the gateway. */
const expectedCodes = new Set([
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_MALFORMED_RESPONSE',
  'RATE_LIMITED',
]);

export interface TrafficCounts {
  requests: number;
  lookups: number;
  /** Requests not sent because too many were running. */
  skipped: number;
  readonly codes: Map<string, number>;
  wrong: number;
  readonly firstWrong: string[];
  readonly latencies: Latencies;
}

interface Answer {
  readonly data?: Readonly<Record<string, { readonly spaceId: string } | null>> | null;
  readonly errors?: readonly {
    readonly path?: readonly string[];
    readonly extensions?: { readonly code?: string };
  }[];
}

/** Sends requests at a steady rate until `signal` is aborted; resolves when the last one is answered. */
export async function drive(
  url: string,
  requestsPerSecond: number,
  counts: TrafficCounts,
  signal: AbortSignal,
): Promise<void> {
  const drawId = createZipf(ids, Math.random);
  const underWay = new Set<Promise<void>>();

  async function request(): Promise<void> {
    const viewer = Math.floor(Math.random() * viewers);
    const ranks = Array.from({ length: drawSize() }, drawId);
    counts.requests += 1;
    counts.lookups += ranks.length;
    const beganMs = performance.now();
    try {
      const answer = await ask(url, viewer, ranks);
      counts.latencies.add(performance.now() - beganMs);
      for (const [index, rank] of ranks.entries()) judge(answer, index, viewer, rank, counts);
    } catch (error) {
      noteWrong(counts, `no answer: ${String(error)}`);
    }
  }

  const beganMs = performance.now();
  let started = 0;
  while (!signal.aborted) {
    const due = ((performance.now() - beganMs) / 1000) * requestsPerSecond;
    for (; started < due; started += 1) {
      if (underWay.size >= maxAtOnce) {
        counts.skipped += 1;
        continue;
      }
      const pending = request().finally(() => underWay.delete(pending));
      underWay.add(pending);
    }
    await new Promise((resolve) => setTimeout(resolve, tickMs));
  }
  await Promise.all(underWay);
}

export const noCounts = (): TrafficCounts => ({
  requests: 0,
  lookups: 0,
  skipped: 0,
  codes: new Map(),
  wrong: 0,
  firstWrong: [],
  latencies: createLatencies(),
});

/** Most requests look up one group, some a list. */
function drawSize(): number {
  const drawn = Math.random();
  if (drawn < 0.75) return 1;
  return drawn < 0.97 ? 4 : 20;
}

async function ask(url: string, viewer: number, ranks: readonly number[]): Promise<Answer> {
  const variables = Object.fromEntries(ranks.map((rank, index) => [`i${index}`, idOf(rank)]));
  const parameters = ranks.map((_rank, index) => `$i${index}: ID!`).join(', ');
  const fields = ranks.map(
    (_rank, index) => `a${index}: conversationSpace(openConversationId: $i${index}) { spaceId }`,
  );
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-router-secret': routerSecret,
      'x-dingtalk-union-id': viewerOf(viewer),
    },
    signal: AbortSignal.timeout(answerMs),
    body: JSON.stringify({ query: `query (${parameters}) { ${fields.join(' ')} }`, variables }),
  });
  return (await response.json()) as Answer;
}

function judge(
  { data, errors }: Answer,
  index: number,
  viewer: number,
  rank: number,
  counts: TrafficCounts,
): void {
  const space = data?.[`a${index}`];
  const isDenied = rank === deniedTo(viewer);
  if (space) {
    if (isDenied) noteWrong(counts, `viewer ${viewer} was served what it may not read`);
    else if (space.spaceId !== spaceIdOf(rank)) noteWrong(counts, `${idOf(rank)} got another id's space`);
    return;
  }
  const error = errors?.find(({ path }) => path?.[0] === `a${index}`);
  const code = error?.extensions?.code ?? 'none';
  counts.codes.set(code, (counts.codes.get(code) ?? 0) + 1);
  const isExpected = expectedCodes.has(code) || (code === 'FORBIDDEN' && isDenied);
  if (!isExpected) noteWrong(counts, `${idOf(rank)} failed with ${code}`);
}

export function noteWrong(counts: TrafficCounts, what: string): void {
  counts.wrong += 1;
  if (counts.firstWrong.length < 5) counts.firstWrong.push(what);
}
