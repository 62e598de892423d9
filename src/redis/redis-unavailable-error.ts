const reasons = {
  late: 'no answer in time',
  resting: 'paused after a late answer',
  disconnected: 'no connection',
  refused: 'error reply',
  unreadable: 'unexpected reply',
} as const;

/** Why a command failed. Contains nothing of the command, whose arguments may be private. */
export class RedisUnavailableError extends Error {
  override readonly name = 'RedisUnavailableError';
  readonly kind: keyof typeof reasons;

  constructor(kind: keyof typeof reasons) {
    super(reasons[kind]);
    this.kind = kind;
  }
}
