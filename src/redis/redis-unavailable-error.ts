const reasons = {
  late: 'no answer in time',
  resting: 'left alone after a failure',
  disconnected: 'no connection',
  refused: 'answered with an error',
  unreadable: 'answered with something else',
} as const;

/** Why Redis could not help. Made from nothing of the command: its arguments may be anybody's. */
export class RedisUnavailableError extends Error {
  override readonly name = 'RedisUnavailableError';
  readonly kind: keyof typeof reasons;

  constructor(kind: keyof typeof reasons) {
    super(reasons[kind]);
    this.kind = kind;
  }
}
