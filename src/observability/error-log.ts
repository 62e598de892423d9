import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { ClientGoneError } from '../errors/client-gone-error.ts';
import { DingTalkError, NotSentError } from '../errors/dingtalk-error.ts';
import { IdentitySourceError } from '../errors/identity-source-error.ts';
import { RefusedCredentialsError } from '../errors/refused-credentials-error.ts';
import { kinds } from '../errors/kinds.ts';

/** Logs one line for one error. Only errors that are masked from the client are logged with their stack. */
export function logError(log: Pick<Logger, 'error' | 'warn' | 'info' | 'debug'>, thrown: unknown): void {
  const path = thrown instanceof GraphQLError ? thrown.path?.join('.') : undefined;
  const error = thrown instanceof GraphQLError ? (thrown.originalError ?? thrown) : thrown;
  if (error instanceof DingTalkError) {
    const { public: _words, ...dingtalk } = error.details;
    // The failure because of which the call was not sent has been logged already.
    const level = error instanceof NotSentError ? 'warn' : kinds[error.kind].logLevel;
    log[level]({ path, kind: error.kind, dingtalk }, 'lookup failed');
  } else if (error instanceof ClientGoneError) {
    log.debug({ path }, 'lookup aborted: the client closed the connection');
  } else if (error instanceof IdentitySourceError) {
    log.warn({ reason: error.message }, 'credentials could not be checked');
  } else if (error instanceof RefusedCredentialsError) {
    log.debug({ reason: error.message }, 'credentials refused');
  } else if (error instanceof GraphQLError) {
    log.debug({ path, code: error.extensions['code'] }, 'request refused');
  } else {
    log.error({ path, err: error }, 'unforeseen error, masked from the client');
  }
}
