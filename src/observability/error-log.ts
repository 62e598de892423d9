import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { ClientGoneError } from '../errors/client-gone-error.ts';
import { DingTalkError, NotSentError } from '../errors/dingtalk-error.ts';
import { IdentitySourceError } from '../errors/identity-source-error.ts';
import { RefusedCredentialsError } from '../errors/refused-credentials-error.ts';
import { kinds } from '../errors/kinds.ts';
import type { LineLimit } from './line-limit.ts';

/** From the least to the most urgent. */
const levels = ['debug', 'info', 'warn', 'error'] as const;
export type ErrorLevel = (typeof levels)[number];

interface ErrorLine {
  readonly level: ErrorLevel;
  readonly message: string;
  readonly fields: object;
  /** Lines that agree in level, message and this are equal but for their details. */
  readonly sort: string | undefined;
}

type ErrorLog = Pick<Logger, ErrorLevel>;

/** Logs one line for one error. Only errors that are masked from the client are logged with their stack. */
export function logError(log: ErrorLog, thrown: unknown): void {
  const { level, message, fields } = lineOf(thrown);
  log[level](fields, message);
}

/**
 * The same where an outage makes any number of them: of requests that are not authenticated yet, and of work in the background.
 * `failed` says what DingTalk was asked for. Returns the level.
 */
export function logLimited(log: ErrorLog, limit: LineLimit, thrown: unknown, failed?: string): ErrorLevel {
  const { level, message, sort, fields } = lineOf(thrown, failed);
  const write = (): void => log[level](fields, message);
  if (level === 'debug') write();
  else limit.write(sort === undefined ? message : `${message}: ${sort}`, write);
  return level;
}

/**
 * Logs the errors of one request: equal failures are one line with their number, and the path and the details of the first.
 * Returns the most urgent level.
 */
export function logErrors(log: ErrorLog, errors: readonly unknown[]): ErrorLevel {
  const lines = new Map<string, { readonly line: ErrorLine; count: number }>();
  for (const thrown of errors) {
    const line = lineOf(thrown);
    const key = JSON.stringify([line.level, line.message, line.sort]);
    const same = lines.get(key);
    if (same) same.count += 1;
    else lines.set(key, { line, count: 1 });
  }
  let urgent = 0;
  for (const { line, count } of lines.values()) {
    log[line.level]({ count, ...line.fields }, line.message);
    urgent = Math.max(urgent, levels.indexOf(line.level));
  }
  return levels[urgent] ?? 'error';
}

function lineOf(thrown: unknown, failed = 'lookup failed'): ErrorLine {
  const path = thrown instanceof GraphQLError ? thrown.path?.join('.') : undefined;
  const error = thrown instanceof GraphQLError ? (thrown.originalError ?? thrown) : thrown;
  if (error instanceof DingTalkError) {
    const { kind } = error;
    const { public: _words, ...dingtalk } = error.details;
    // The failure because of which the call was not sent has been logged already.
    const level = error instanceof NotSentError ? 'warn' : kinds[kind].logLevel;
    const sort = `${kind} ${dingtalk.code}`;
    return { level, message: failed, fields: { path, kind, dingtalk }, sort };
  }
  if (error instanceof ClientGoneError) {
    const message = 'lookup aborted: the client closed the connection';
    return { level: 'debug', message, fields: { path }, sort: undefined };
  }
  if (error instanceof IdentitySourceError) {
    const reason = error.message;
    return { level: 'warn', message: 'credentials could not be checked', fields: { reason }, sort: reason };
  }
  if (error instanceof RefusedCredentialsError) {
    const reason = error.message;
    return { level: 'debug', message: 'credentials refused', fields: { reason }, sort: reason };
  }
  if (error instanceof GraphQLError) {
    const { code } = error.extensions;
    return { level: 'debug', message: 'request refused', fields: { path, code }, sort: String(code) };
  }
  const message = 'unforeseen error, masked from the client';
  return { level: 'error', message, fields: { path, err: error }, sort: String(error) };
}
