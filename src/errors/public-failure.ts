import type { PublicCode } from './codes.ts';
import type { DingTalkError } from './dingtalk-error.ts';
import { kinds } from './kinds.ts';

/** A failed lookup as clients see it; GraphQL adds only its place. */
export interface PublicFailure {
  readonly message: string;
  readonly extensions: {
    readonly code: PublicCode;
    readonly retryable: boolean;
    readonly retryAfterMs?: number;
    readonly argument?: string;
    readonly dingtalk?: {
      readonly code?: string;
      readonly status?: number;
      readonly requestId?: string;
      readonly requiredScopes?: readonly string[];
    };
  };
}

/** In the words of the endpoint, or else of the kind. */
export function toPublicFailure({ kind, details }: DingTalkError): PublicFailure {
  const { code, message, retryable } = kinds[kind];
  const { retryAfterMs, public: words } = details;
  const dingtalk = saidByDingTalk(details);
  return {
    message: words?.message ?? message,
    extensions: {
      code: words?.code ?? code,
      retryable,
      ...(words?.argument !== undefined && { argument: words.argument }),
      ...(retryable && retryAfterMs !== undefined && { retryAfterMs }),
      ...(dingtalk && { dingtalk }),
    },
  };
}

function saidByDingTalk({
  code,
  status,
  requestId,
  requiredScopes,
}: DingTalkError['details']): PublicFailure['extensions']['dingtalk'] {
  if (code === undefined && status === undefined) return undefined;
  return {
    ...(code !== undefined && { code }),
    ...(status !== undefined && { status }),
    ...(requestId !== undefined && { requestId }),
    ...(requiredScopes !== undefined && { requiredScopes }),
  };
}
