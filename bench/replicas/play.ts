import { faultIn } from '../load/check-answers.ts';
import { connect, type Connection } from '../load/connection.ts';
import { requestsFor } from '../load/dialect.ts';
import type { LookupOperation } from '../load/operation.ts';
import { pause } from '../measure/running-target.ts';
import type { Asked } from './fewest-calls.ts';
import type { Planned } from './traces.ts';

const answersWithinMs = 10_000;
const keptFaults = 5;

/** A replica that requests go to. `isUp` is false while its process is down. */
export interface Replica {
  readonly port: number;
  readonly isUp: boolean;
  /** Another one once it has been started again: connections end with their process. */
  readonly running: object;
}

export interface Played {
  /** Every request that was sent, with the time at which it was. */
  readonly asked: readonly Asked[];
  /** Requests without an answer: those that a killed process held. */
  readonly lost: number;
  readonly faultCount: number;
  /** The first few, as text. */
  readonly faults: readonly string[];
}

/** Connections to one replica: each carries one request at a time, and as many are opened as are needed at once. */
interface Lanes {
  readonly idle: Connection[];
  readonly all: Set<Connection>;
}

/** Sends each request at its time, to a replica that is up. While none is, requests are left out. */
export async function play(planned: readonly Planned[], replicas: readonly Replica[]): Promise<Played> {
  const asked: Asked[] = [];
  const faults: string[] = [];
  let faultCount = 0;
  let lost = 0;
  const lanes = new Map<object, Lanes>();
  const underWay = new Set<Promise<void>>();

  async function send(replica: Replica, { viewer, id }: Planned): Promise<void> {
    const operation: LookupOperation = { kind: 'lookup', viewer, ids: [id] };
    const [request] = requestsFor(operation, 'graphql');
    const { idle, all } = lanes.get(replica.running) ?? { idle: [], all: new Set<Connection>() };
    lanes.set(replica.running, { idle, all });
    try {
      const connection = idle.pop() ?? (await connect(replica.port));
      all.add(connection);
      asked.push({ key: id, atMs: performance.now() });
      const answer = await connection.send(request ?? Buffer.alloc(0)).catch((error: unknown) => {
        all.delete(connection);
        throw error;
      });
      idle.push(connection);
      const fault = faultIn(operation, [answer], 'graphql', () => false);
      if (fault === undefined) return;
      faultCount += 1;
      if (faults.length < keptFaults) faults.push(fault);
    } catch {
      lost += 1;
    }
  }

  const startedMs = performance.now();
  for (const each of planned) {
    const waitMs = startedMs + each.atMs - performance.now();
    if (waitMs > 0) await pause(waitMs);
    const up = replicas.filter(({ isUp }) => isUp);
    const replica = up[Math.floor(each.draw * up.length)];
    if (replica === undefined) continue;
    const sent = send(replica, each);
    underWay.add(sent);
    void sent.finally(() => underWay.delete(sent));
  }
  const closeAll = (): void => {
    for (const { all } of lanes.values()) for (const connection of all) connection.close();
  };
  const timer = setTimeout(closeAll, answersWithinMs);
  await Promise.all(underWay);
  clearTimeout(timer);
  closeAll();
  return { asked, lost, faultCount, faults };
}
