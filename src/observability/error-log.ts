import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import {
  ClientGoneError,
  DingTalkError,
  NotSentError,
  type DingTalkErrorKind,
} from '../errors/dingtalk-error.ts';
import { IdentitySourceError } from '../errors/identity-source-error.ts';

/** Failures that somebody who runs the gateway has to hear of; the others are the clients' business. */
const loud: Partial<Record<DingTalkErrorKind, 'error' | 'warn'>> = {
  misconfigured: 'error',
  'stale-token': 'error',
  'quota-exhausted': 'error',
  'ip-banned': 'error',
  'malformed-response': 'warn',
  unavailable: 'warn',
  timeout: 'warn',
  'rate-limited': 'warn',
};

/** One line for one error, as loud as it is urgent: what a client was told as it is, and whole what was masked. */
export function logError(log: Pick<Logger, 'error' | 'warn' | 'info' | 'debug'>, thrown: unknown): void {
  const path = thrown instanceof GraphQLError ? thrown.path?.join('.') : undefined;
  const error = thrown instanceof GraphQLError ? (thrown.originalError ?? thrown) : thrown;
  if (error instanceof DingTalkError) {
    // Why DingTalk was not asked was said aloud when it began.
    const level = error instanceof NotSentError ? 'warn' : (loud[error.kind] ?? 'info');
    log[level]({ path, kind: error.kind, dingtalk: error.details }, 'lookup failed');
  } else if (error instanceof ClientGoneError) {
    log.debug({ path }, 'lookup given up: the client has gone');
  } else if (error instanceof IdentitySourceError) {
    log.warn({ reason: error.message }, 'credentials could not be checked');
  } else if (error instanceof GraphQLError) {
    log.debug({ path, code: error.extensions['code'] }, 'request refused');
  } else {
    log.error({ path, err: error }, 'unforeseen error, masked from the client');
  }
}
