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
  /** Commands to Redis without an answer in time since it was asked before: on a busy machine processes call because of them. */
  newRedisFailures(): Promise<number>;
}

interface Member {
  readonly port: number;
  isUp: boolean;
  running: RunningTarget;
  redisFailures: number;
}

export function createFleet(target: Target, surroundings: Surroundings): Fleet {
  const members: Member[] = [];
  const start = (port: number): Promise<RunningTarget> => startTarget(target, { ...surroundings, port });

  async function add(): Promise<void> {
    const port = await freePort();
    members.push({ port, isUp: true, running: await start(port), redisFailures: 0 });
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
    async newRedisFailures() {
      const failures = await Promise.all(
        members.map(async (member) => {
          const before = member.redisFailures;
          member.redisFailures = await redisFailuresOf(member.port);
          // A process that was started again counts from 0.
          return member.redisFailures - (member.redisFailures < before ? 0 : before);
        }),
      );
      return failures.reduce((sum, each) => sum + each, 0);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(members.map(({ running }) => running.child.stop()));
    },
  };
}

const redisCommands = /^dingtalk_gateway_redis_commands_total\{outcome="(?!ok")\w+"\} (\d+)$/gm;

async function redisFailuresOf(port: number): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Array.from(metrics.matchAll(redisCommands)).reduce((sum, [, count]) => sum + Number(count), 0);
}
