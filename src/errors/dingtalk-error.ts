import type { PublicCode } from './codes.ts';
import type { DingTalkErrorKind } from './kinds.ts';

/** An endpoint's own message for a refusal, in place of the general one of the kind. */
export interface PublicWords {
  readonly code?: PublicCode | undefined;
  readonly message: string;
  /** The argument that was refused. */
  readonly argument?: string | undefined;
  /** Where the same request can only fail, though the kind would let it be made again. */
  readonly retryable?: false | undefined;
}

export interface DingTalkErrorDetails {
  /** DingTalk's own code, such as `permissionDenied`. */
  readonly code?: string | undefined;
  /** True where DingTalk documents that code, so that it is safe as a metric label. Never sent to clients. */
  readonly documented?: true | undefined;
  /** The HTTP status that DingTalk sent. */
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly requiredScopes?: readonly string[] | undefined;
  /** How long to wait before the next attempt, where waiting helps. */
  readonly retryAfterMs?: number | undefined;
  /** DingTalk's message, or a cause found by the gateway; for the log only, with secrets redacted. */
  readonly reason?: string | undefined;
  /** True where a kept-alive connection died before DingTalk can have acted on the call. */
  readonly deadConnection?: boolean | undefined;
  /** True where a forward proxy failed or refused: DingTalk has said nothing. */
  readonly atProxy?: boolean | undefined;
  /** True where a call was not sent because of other calls of the same viewer. */
  readonly ownCalls?: boolean | undefined;
  readonly public?: PublicWords | undefined;
}

/**
 * The only error of the layers below the graph. It has safe fields only, and never an error of the HTTP client as its
 * cause: that contains the request with its token.
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

/** A call that the gateway did not send. It says nothing new about DingTalk. */
export class NotSentError extends DingTalkError {}
