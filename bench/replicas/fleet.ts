import { freePort } from '../../scripts/support/free-port.ts';
import { startTarget, type RunningTarget } from '../measure/running-target.ts';
import type { Surroundings, Target } from '../target.ts';
import type { Replica } from './play.ts';

/** Processes of one build of the gateway, on one Redis. */
export interface Fleet extends AsyncDisposable {
  readonly replicas: readonly Replica[];
  /** Starts further processes, until there are `count`. */
  growTo(count: number): Promise<void>;
  /** Kills the first one, and starts it again on its port. */
  replaceFirst(): Promise<void>;
}

interface Member {
  readonly port: number;
  isUp: boolean;
  running: RunningTarget;
}

export function createFleet(target: Target, surroundings: Surroundings): Fleet {
  const members: Member[] = [];
  const start = (port: number): Promise<RunningTarget> => startTarget(target, { ...surroundings, port });

  async function add(): Promise<void> {
    const port = await freePort();
    members.push({ port, isUp: true, running: await start(port) });
  }
  return {
    replicas: members,
    async growTo(count) {
      await Promise.all(Array.from({ length: count - members.length }, add));
    },
    async replaceFirst() {
      const [first] = members;
      if (first === undefined) throw new Error('there is no process to kill');
      first.isUp = false;
      await first.running.child.kill();
      first.running = await start(first.port);
      first.isUp = true;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(members.map(({ running }) => running.child.stop()));
    },
  };
}
