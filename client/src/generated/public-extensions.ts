// Written by `npm run schema` from src/errors/public-extensions.ts: change that, not this.
import type { PublicCode } from './codes.ts';

/** `extensions` of an error of the gateway. */
export type PublicExtensions = {
  readonly code: PublicCode;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** Where waiting helps: for how many milliseconds. */
  readonly retryAfterMs?: number;
  /** Where a limit of the gateway is exceeded: that limit. */
  readonly limit?: number;
  /** Beside `limit`: what was asked for; where counting stopped at the limit, one more. */
  readonly asked?: number;
  /** Beside `limit`: the variable that sets it; none where it is fixed. */
  readonly variable?: string;
  /** With `BAD_USER_INPUT`, where it is known: the argument that is wrong. */
  readonly argument?: string;
  /** With `ERRORS_OMITTED`: so many fields are null without an entry of their own. */
  readonly omitted?: number;
  /** What DingTalk said, for a support case. */
  readonly dingtalk?: {
    readonly code?: string;
    readonly status?: number;
    readonly requestId?: string;
    readonly requiredScopes?: readonly string[];
  };
};
