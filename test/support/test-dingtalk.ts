import type { Clock } from '../../src/async/clock.ts';
import { createDingTalk, type DingTalkConnection } from '../../src/dingtalk/dingtalk.ts';
import { silentObserver } from './silent-observer.ts';

/** The real client of an internal application, by default without a limit that a test would meet. */
export const createTestDingTalk = (
  apiUrl: URL,
  clock: Clock,
  { callsPerSecond = 10_000 }: { readonly callsPerSecond?: number } = {},
): DingTalkConnection =>
  createDingTalk({
    apiUrl,
    app: { kind: 'internal', appKey: 'key', appSecret: 'secret' },
    callsPerSecond,
    timeoutMs: 5000,
    protectHost: false,
    sealedRedis: undefined,
    clock,
    random: () => 0,
    observer: silentObserver,
    onEarlyRefreshFailed: () => undefined,
  });
