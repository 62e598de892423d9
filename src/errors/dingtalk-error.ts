/** What went wrong with a call to DingTalk, as far as anybody has to act on it. */
export type DingTalkErrorKind =
  | 'bad-argument'
  | 'bad-conversation-id'
  | 'forbidden'
  | 'cross-organization'
  | 'conversation-not-found'
  | 'space-not-found'
  | 'not-found'
  | 'unavailable'
  | 'timeout'
  | 'rate-limited'
  | 'ip-banned'
  | 'quota-exhausted'
  | 'stale-token'
  | 'misconfigured'
  | 'malformed-response';

export interface DingTalkErrorDetails {
  /** DingTalk's own code, such as `permissionDenied`. */
  readonly code?: string | undefined;
  /** The HTTP status that DingTalk sent. */
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly requiredScopes?: readonly string[] | undefined;
  /** How long waiting helps, where it does. */
  readonly retryAfterMs?: number | undefined;
  /** DingTalk's message or a cause found here: for the log only, scrubbed of secrets by whoever knows them. */
  readonly reason?: string | undefined;
  /** True where a kept connection turned out to be dead before DingTalk can have acted on the call. */
  readonly deadConnection?: boolean | undefined;
  /** True where a call was not sent because of other calls of the same viewer. */
  readonly ownCalls?: boolean | undefined;
}

/**
 * The one error of everything below the graph. It is made from safe fields only: never from an HTTP
 * library's error, which carries the request with its token.
 */
export class DingTalkError extends Error {
  override readonly name = 'DingTalkError';

  constructor(
    readonly kind: DingTalkErrorKind,
    readonly details: DingTalkErrorDetails = {},
  ) {
    super(`DingTalk call failed: ${kind}`);
  }
}

/**
 * Why a call was not sent: DingTalk would not have answered it, or not in time. It cost DingTalk nothing, and tells
 * nothing new of it.
 */
export class NotSentError extends DingTalkError {}

/** Why a lookup is given up when the client that asked for it has gone. Nobody is left to read it. */
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';

  constructor() {
    super('The client closed the connection before the answer was ready');
  }
}
