const reasons = {
  late: 'no answer in time',
  resting: 'paused after a late answer',
  disconnected: 'no connection',
  refused: 'error reply',
  unreadable: 'unexpected reply',
} as const;

export type RedisFailure = keyof typeof reasons;
export const redisFailures = Object.keys(reasons) as readonly RedisFailure[];

/** Why a command failed. Contains nothing of the command, whose arguments may be private. */
export class RedisUnavailableError extends Error {
  override readonly name = 'RedisUnavailableError';
  readonly kind: RedisFailure;

  constructor(kind: RedisFailure) {
    super(reasons[kind]);
    this.kind = kind;
  }
}
