import type { Logger } from 'pino';
import type { Clock } from '../async/clock.ts';
import type { DingTalkConfig } from '../config/config.ts';
import type { Redis } from './redis.ts';
import { createSeal, type Seal } from './seal.ts';

/** What the replicas of one application before one upstream share, and what keeps it from everybody else. */
export interface SealedRedis {
  readonly redis: Redis;
  readonly seal: Seal;
}

/** Loads the client of Redis only where there is one to talk to: it takes a tenth of the time of a start. */
export async function createSealedRedis(
  url: URL,
  { apiUrl, app }: Pick<DingTalkConfig, 'apiUrl' | 'app'>,
  dependencies: { readonly log: Logger; readonly clock: Clock },
): Promise<SealedRedis> {
  const { createRedis } = await import('./redis.ts');
  const [key, secret] = app.kind === 'suite' ? [app.suiteKey, app.suiteSecret] : [app.appKey, app.appSecret];
  const seal = createSeal({ upstream: apiUrl.origin, app: key, secret });
  return { redis: createRedis(url, dependencies), seal };
}
