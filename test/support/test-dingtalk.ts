import type { Clock } from '../../src/async/clock.ts';
import { createDingTalk, type DingTalkConnection } from '../../src/dingtalk/dingtalk.ts';
import type { SealedRedis } from '../../src/redis/sealed-redis.ts';
import { silentObserver } from './silent-observer.ts';

/** The real client of an internal application, without a limit that a test would meet. */
export const createTestDingTalk = (
  apiUrl: URL,
  clock: Clock,
  sealedRedis?: SealedRedis,
): DingTalkConnection =>
  createDingTalk({
    apiUrl,
    app: { kind: 'internal', appKey: 'key', appSecret: 'secret' },
    callsPerSecond: 10_000,
    timeoutMs: 5000,
    protectHost: false,
    sealedRedis,
    clock,
    random: () => 0,
    observer: silentObserver,
    onEarlyRefreshFailed: () => undefined,
  });
