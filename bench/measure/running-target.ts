import { faultIn } from '../load/check-answers.ts';
import { connect } from '../load/connection.ts';
import { requestsFor } from '../load/dialect.ts';
import type { Operation } from '../load/operation.ts';
import type { Surroundings, Target } from '../target.ts';
import { idOwnedBy } from '../upstream/viewers.ts';
import { startChild, type Child } from './child.ts';

const lookEveryMs = 3;
const startWithinMs = 60_000;
const answerWithinMs = 10_000;

/** A target that has given its first right answer. */
export interface RunningTarget {
  readonly target: Target;
  readonly port: number;
  readonly child: Child;
  /** From the start of the process to the end of that answer. */
  readonly startSeconds: number;
}

let asked = 0;

/** Starts a target and sends lookups until an answer is right. Throws with its stderr if none is. */
export async function startTarget(target: Target, surroundings: Surroundings): Promise<RunningTarget> {
  const startedMs = performance.now();
  const child = startChild(
    process.execPath,
    target.arguments(surroundings),
    target.environment(surroundings),
  );
  let lastFault = 'nothing listens';
  while (performance.now() - startedMs < startWithinMs && !child.ended) {
    asked += 1;
    const operation: Operation = { kind: 'lookup', viewer: 0, ids: [idOwnedBy(0, `first.${asked}`)] };
    const fault = await ask(target, surroundings.port, operation);
    if (fault === undefined) {
      return { target, port: surroundings.port, child, startSeconds: (performance.now() - startedMs) / 1000 };
    }
    lastFault = fault;
    await pause(lookEveryMs);
  }
  const complaints = child.complaints();
  await child.stop();
  throw new Error(`${target.name} did not start: ${lastFault}\n${complaints}`);
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

async function ask(target: Target, port: number, operation: Operation): Promise<string | undefined> {
  try {
    const connection = await connect(port);
    const timer = setTimeout(() => connection.close(), answerWithinMs);
    try {
      const answers = await Promise.all(
        requestsFor(operation, target.dialect).map((request) => connection.send(request)),
      );
      return faultIn(operation, answers, target.dialect, () => false);
    } finally {
      clearTimeout(timer);
      connection.close();
    }
  } catch (error) {
    return String(error);
  }
}
