import { expect, test } from '@jest/globals';
import { Deadline } from '../../src/async/deadline.ts';
import { createRateLimiter, type RateLimiter } from '../../src/dingtalk/pacing/rate-limiter.ts';
import { createRedisWindow } from '../../src/dingtalk/pacing/redis-window.ts';
import { createReplicaCount, type ReplicaCount } from '../../src/dingtalk/pacing/replica-count.ts';
import { createSeal } from '../../src/domain/seal.ts';
import { sealRedis } from '../../src/redis/sealed-redis.ts';
import { createRandom } from '../../scripts/plan/random.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { scriptRedis } from '../support/script-client.ts';
import { mostInASecond } from './most-in-a-second.ts';
import { createSimulatedRedis, type SimulatedRedis } from './simulated-redis.ts';

const callsPerSecond = 20;
const longestCallMs = 60_000;
const stepMs = 5;

interface Replica {
  readonly limiter: RateLimiter;
  readonly replicas: ReplicaCount;
  waiting: number;
}

interface Simulation {
  readonly clock: ManualClock;
  readonly redis: SimulatedRedis;
  readonly replicas: readonly Replica[];
  /** When calls started. */
  readonly startsMs: number[];
  /** Adds calls to a replica's queue. */
  ask(replica: Replica, calls: number): void;
  /** Lets time pass; `everyStep` is for demand. */
  pass(ms: number, everyStep?: () => void): Promise<void>;
}

function simulate(replicaCount: number, random: () => number): Simulation {
  const clock = createManualClock();
  const redis = createSimulatedRedis(clock);
  const startsMs: number[] = [];
  const seal = createSeal({ upstream: 'https://api.dingtalk.test', app: 'app', secret: 'secret' });
  const replicas = Array.from({ length: replicaCount }, (): Replica => {
    const { operations, onConnection } = redis.connect();
    const sealedRedis = sealRedis({ ...scriptRedis(() => undefined), onConnection }, seal);
    const counted = createReplicaCount(sealedRedis, operations, clock);
    const redisWindow = createRedisWindow({
      sealedRedis,
      operations,
      replicas: counted,
      clock,
      api: 'conversationSpace',
      callsPerSecond,
      longestCallMs,
    });
    const limiter = createRateLimiter({ clock, callsPerSecond, random, redisWindow });
    return { limiter, replicas: counted, waiting: 0 };
  });

  async function call(replica: Replica): Promise<void> {
    using deadline = new Deadline(clock, longestCallMs);
    replica.waiting += 1;
    let isWaiting = true;
    const started = (): void => {
      if (isWaiting) replica.waiting -= 1;
      isWaiting = false;
    };
    try {
      await replica.limiter.run('viewer', deadline, () => {
        started();
        startsMs.push(clock.nowMs());
        return new Promise<void>((resolve) => void clock.after(5 + random() * 60, resolve));
      });
    } catch {
      // Refused: another one is asked.
    } finally {
      started();
    }
  }

  return {
    clock,
    redis,
    replicas,
    startsMs,
    ask(replica, calls) {
      for (let index = 0; index < calls; index += 1) void call(replica);
    },
    async pass(ms, everyStep = () => undefined) {
      for (let passedMs = 0; passedMs < ms; passedMs += stepMs) {
        everyStep();
        clock.advance(stepMs);
        await new Promise(setImmediate);
      }
    },
  };
}

const kinds: Readonly<Record<string, (redis: SimulatedRedis, random: () => number) => void>> = {
  'killed, restarted empty': (redis, random) => redis.restart(random() * 3000),
  'stopped for 30 to 300 ms': (redis, random) => redis.stall(30 + random() * 270),
  'stopped for 1 to 4 s': (redis, random) => redis.stall(1000 + random() * 3000),
  'connections cut': (redis) => redis.refuse(0),
  'connections refused': (redis, random) => redis.refuse(random() * 5000),
  'error replies': (redis, random) => redis.answerErrors(random() * 4000),
  'all data lost': (redis) => redis.loseData(),
};

/** All replicas always have calls that wait. */
const constant = (simulation: Simulation) => (): void => {
  for (const replica of simulation.replicas) {
    if (replica.waiting < 22) simulation.ask(replica, 22 - replica.waiting);
  }
};
/** Now and then one of them has many. */
const bursts = (simulation: Simulation, random: () => number) => (): void => {
  if (random() > 0.01) return;
  const replica = simulation.replicas[Math.floor(random() * simulation.replicas.length)];
  if (replica) simulation.ask(replica, Math.ceil(random() * 40));
};

test.each([
  [112, 3],
  [28, 10],
])(
  'over %i failures of Redis, %i replicas never exceed the pace by more than one call each',
  async (failures, replicaCount) => {
    const worst: Record<string, number> = {};
    const slowest: Record<string, number> = {};
    for (const [kind, fail] of Object.entries(kinds)) {
      const random = createRandom(kind.length * 1000 + replicaCount);
      for (const demandOf of [constant, bursts]) {
        const simulation = simulate(replicaCount, random);
        const demand = demandOf(simulation, random);
        await simulation.pass(2500, demand);
        for (let failure = 0; failure < failures / 14; failure += 1) {
          fail(simulation.redis, random);
          await simulation.pass(random() * 7000, demand);
        }
        worst[kind] = Math.max(worst[kind] ?? 0, mostInASecond(simulation.startsMs));
        if (demandOf === bursts) continue;
        await simulation.pass(10_000, demand);
        const endMs = simulation.clock.nowMs();
        const lately = simulation.startsMs.filter((atMs) => atMs >= endMs - 2000).length / 2;
        slowest[kind] = lately;
      }
    }
    console.info(replicaCount, 'replicas:', { worst, slowest });
    for (const most of Object.values(worst)) expect(most).toBeLessThanOrEqual(callsPerSecond + replicaCount);
    // Less than the pace: a slot is free a second after its call has ended.
    for (const calls of Object.values(slowest)) expect(calls).toBeGreaterThanOrEqual(15);
  },
  120_000,
);
