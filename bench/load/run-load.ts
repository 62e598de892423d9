import { faultIn, type IsRefused } from './check-answers.ts';
import { connect, type Connection } from './connection.ts';
import { requestsFor, type Dialect } from './dialect.ts';
import type { Operation } from './operation.ts';

const connectAtOnce = 100;
/** After this time without any answer all connections are cut: a hanging target must not hang the benchmark. */
const giveUpAfterMs = 60_000;
const lookEveryMs = 1000;
const keptFaults = 5;

export interface LoadOptions {
  /** Connections are spread over these in turn: more than one if replicas share the load. */
  readonly ports: readonly number[];
  readonly dialect: Dialect;
  /** Concurrent operations. */
  readonly concurrency: number;
  /** Ids of each operation. Without batches each is a separate request on a separate connection. */
  readonly lookupsPerOperation: number;
  readonly isRefused: IsRefused;
  /** The code that the target promises for a refusal, if any. */
  readonly refusalCode?: string | undefined;
}

export interface LoadResult {
  readonly operations: number;
  readonly seconds: number;
  readonly latenciesMs: readonly number[];
  readonly faultCount: number;
  /** The first few, as text. */
  readonly faults: readonly string[];
}

/** Connections to a target, all open before the first request, over which load is sent in turns. */
export interface Load extends Disposable {
  /** Sends the operations of `next` until there are no more, or `forMs` have passed and each connection had one. */
  run(next: () => Operation | undefined, forMs?: number): Promise<LoadResult>;
}

export async function openLoad(options: LoadOptions): Promise<Load> {
  const { ports, dialect, concurrency, lookupsPerOperation, isRefused, refusalCode } = options;
  const requestsPerOperation = dialect === 'rest' ? lookupsPerOperation : 1;
  const lanes: Connection[][] = Array.from({ length: concurrency }, () => []);
  const missing = lanes.flatMap((lane, at) =>
    Array.from({ length: requestsPerOperation }, () => ({ lane, port: ports[at % ports.length] ?? 0 })),
  );
  while (missing.length > 0) {
    // In groups: more at once would overflow the target's accept queue, and be retried after a second.
    await Promise.all(
      missing.splice(0, connectAtOnce).map(async ({ lane, port }) => {
        lane.push(await connect(port));
      }),
    );
  }
  const closeAll = (): void => {
    for (const connection of lanes.flat()) connection.close();
  };

  return {
    async run(next, forMs = Infinity) {
      const latenciesMs: number[] = [];
      const faults: string[] = [];
      let faultCount = 0;
      let cut: string | undefined;
      let lastAnswerMs = performance.now();
      const timer = setInterval(() => {
        if (performance.now() - lastAnswerMs < giveUpAfterMs) return;
        cut = `no answer within ${giveUpAfterMs} ms`;
        closeAll();
      }, lookEveryMs);
      const startedMs = performance.now();

      async function work(lane: readonly Connection[]): Promise<void> {
        do {
          const operation = next();
          if (operation === undefined) return;
          const requests = requestsFor(operation, dialect);
          const sentMs = performance.now();
          let fault: string | undefined;
          try {
            const answers = await Promise.all(requests.map((request, at) => send(lane[at], request)));
            lastAnswerMs = performance.now();
            latenciesMs.push(lastAnswerMs - sentMs);
            fault = faultIn(operation, answers, dialect, isRefused, refusalCode);
          } catch (error) {
            cut ??= String(error);
            fault = cut;
          }
          if (fault !== undefined) {
            faultCount += 1;
            if (faults.length < keptFaults) faults.push(fault);
          }
        } while (cut === undefined && performance.now() - startedMs < forMs);
      }

      await Promise.all(lanes.map(work));
      clearInterval(timer);
      const seconds = (performance.now() - startedMs) / 1000;
      return { operations: latenciesMs.length, seconds, latenciesMs, faultCount, faults };
    },
    [Symbol.dispose]: closeAll,
  };
}

const send = async (connection: Connection | undefined, request: Buffer) => {
  if (connection === undefined) throw new Error('an operation has more requests than connections');
  return connection.send(request);
};
