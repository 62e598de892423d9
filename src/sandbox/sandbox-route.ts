import type { AccessRules } from './access-rules.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { Answer } from './answer.ts';
import type { SandboxUser } from './credentials.ts';
import type { RateLimit } from './rate-limit.ts';
import type { SandboxCall } from './sandbox-call.ts';

/** The state of one stand-in, shared by its routes. */
export interface SandboxState {
  readonly tokens: AccessTokens;
  readonly takeCall: RateLimit;
  readonly rules: AccessRules;
  readonly users: readonly SandboxUser[];
}

/** A call together with the decoded parameters of its path. */
export interface RoutedCall {
  readonly call: SandboxCall;
  readonly params: Readonly<Record<string, string>>;
}

/** One API of DingTalk: its name, its path as fastify writes it, and its answer when no fault is queued. */
export interface SandboxRoute {
  readonly api: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly answer: (routed: RoutedCall, state: SandboxState) => Answer;
}
