import type { DingTalkError } from './dingtalk-error.ts';
import { kinds } from './kinds.ts';
import type { PublicExtensions } from './public-extensions.ts';

/** A failed lookup as clients see it; GraphQL adds the path and the locations. */
export interface PublicFailure {
  readonly message: string;
  readonly extensions: PublicExtensions;
}

/** Uses the endpoint's own code and message if there are any, otherwise those of the kind. */
export function toPublicFailure({ kind, details }: DingTalkError): PublicFailure {
  const { code, message, retryable: mayPass } = kinds[kind];
  const { retryAfterMs, public: own } = details;
  const retryable = own?.retryable ?? mayPass;
  const dingtalk = dingtalkFields(details);
  return {
    message: own?.message ?? message,
    extensions: {
      code: own?.code ?? code,
      retryable,
      ...(own?.argument !== undefined && { argument: own.argument }),
      ...(retryable && retryAfterMs !== undefined && { retryAfterMs }),
      ...(dingtalk && { dingtalk }),
    },
  };
}

function dingtalkFields({
  code,
  status,
  requestId,
  requiredScopes,
}: DingTalkError['details']): PublicExtensions['dingtalk'] {
  if (code === undefined && status === undefined) return undefined;
  return {
    ...(code !== undefined && { code }),
    ...(status !== undefined && { status }),
    ...(requestId !== undefined && { requestId }),
    ...(requiredScopes !== undefined && { requiredScopes }),
  };
}
