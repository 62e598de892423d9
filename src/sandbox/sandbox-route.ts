import type { AccessRules } from './access-rules.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { Answer } from './answer.ts';
import type { SandboxUser } from './credentials.ts';
import type { FirstAsks } from './files/first-asks.ts';
import type { ObjectSigner } from './files/object-signer.ts';
import type { RateLimit } from './rate-limit.ts';
import type { SandboxCall } from './sandbox-call.ts';

/** The state of one stand-in, shared by its routes. */
export interface SandboxState {
  readonly tokens: AccessTokens;
  readonly takeCall: RateLimit;
  readonly rules: AccessRules;
  readonly users: readonly SandboxUser[];
  /** Whether this is a secret of the app with that key. */
  readonly isSecretOf: (app: string, secret: string | undefined) => boolean;
  readonly isFirstAsk: FirstAsks;
  readonly signer: ObjectSigner;
  /** Uses up a code of a sign-in: true for the first time only. */
  readonly useCode: (code: string) => boolean;
}

/** The query parameter in which an API takes the operator's unionId. */
export type OperatorParameter = 'unionId' | 'operatorId';

/** A call together with the decoded parameters of its path and what its route says of the operator. */
export interface RoutedCall {
  readonly call: SandboxCall;
  readonly params: Readonly<Record<string, string>>;
  readonly operator: OperatorParameter | undefined;
}

/** One API of DingTalk: its name, its path as fastify writes it, and its answer when no fault is queued. */
export interface SandboxRoute {
  readonly api: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  /** Absent where the API takes no operator. */
  readonly operator?: OperatorParameter;
  readonly answer: (routed: RoutedCall, state: SandboxState) => Answer;
}
