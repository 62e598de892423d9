import type { PublicCode } from './codes.ts';
import type { DingTalkErrorKind } from './kinds.ts';

/** What clients read of a refusal, where the endpoint's words are better than those of the kind. */
export interface PublicWords {
  readonly code?: PublicCode | undefined;
  readonly message: string;
  /** The argument that was refused. */
  readonly argument?: string | undefined;
}

export interface DingTalkErrorDetails {
  /** DingTalk's own code, such as `permissionDenied`. */
  readonly code?: string | undefined;
  /** True where DingTalk documents that code: then it is no text that may hold anything. Never sent to clients. */
  readonly documented?: true | undefined;
  /** The HTTP status that DingTalk sent. */
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly requiredScopes?: readonly string[] | undefined;
  /** How long waiting helps, where it does. */
  readonly retryAfterMs?: number | undefined;
  /** DingTalk's message or a cause found here: for the log only, with secrets struck out. */
  readonly reason?: string | undefined;
  /** True where a kept connection was dead before DingTalk can have acted on the call. */
  readonly deadConnection?: boolean | undefined;
  /** True where a call was not sent because of other calls of the same viewer. */
  readonly ownCalls?: boolean | undefined;
  readonly public?: PublicWords | undefined;
}

/**
 * The one error of everything below the graph. It is made of safe fields only: never from an error of the HTTP
 * client, which holds the request with its token.
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

/** A call that was not sent, because DingTalk would not have answered it in time. It says nothing new of DingTalk. */
export class NotSentError extends DingTalkError {}
