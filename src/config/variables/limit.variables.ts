import { variable } from './variable.ts';
import { wholeNumber } from '../variable-schemas.ts';

/** Limits of one request, one connection and one viewer. */
export const limitVariables = {
  MAX_QUERY_TOKENS: variable(
    wholeNumber(1, 100_000),
    '`5000`',
    'tokens of one GraphQL document; beyond: `QUERY_TOO_COMPLEX`',
  ),
  MAX_ALIASES: variable(
    wholeNumber(1, 10_000),
    '`100`',
    'aliases, and root fields, in one operation; beyond: `QUERY_TOO_COMPLEX`',
  ),
  MAX_QUERY_DEPTH: variable(
    wholeNumber(1, 100),
    '`10`',
    'nested levels of fields, introspection excluded; beyond: `QUERY_TOO_COMPLEX`',
  ),
  MAX_QUERY_DIRECTIVES: variable(
    wholeNumber(0, 1000),
    '`20`',
    'directives in one operation; beyond: `QUERY_TOO_COMPLEX`',
  ),
  MAX_ANSWER_FIELDS: variable(
    wholeNumber(1, 1_250_000),
    '`25000`',
    'fields of one answer, those of an entity once a representation; beyond: `QUERY_TOO_COMPLEX`',
  ),
  MAX_ANSWER_BYTES: variable(
    wholeNumber(1024, 100_000_000),
    '`1048576`',
    'length of one answer; beyond: `QUERY_TOO_COMPLEX`',
  ),
  MAX_ERRORS: variable(
    wholeNumber(1, 15_000),
    '`300`',
    'entries of `errors` in one answer; the last one counts the omitted ones (`ERRORS_OMITTED`)',
  ),
  MAX_CONCURRENT_REQUESTS: variable(
    wholeNumber(1, 1_000_000),
    '`2000`',
    'concurrent operations in one process; beyond: `GATEWAY_OVERLOADED`, HTTP 503',
  ),
  MAX_BODY_BYTES: variable(
    wholeNumber(1, 100_000_000),
    '`262144`',
    'length of one request body, also decompressed; beyond: HTTP 413',
  ),
  MAX_HEADER_BYTES: variable(
    wholeNumber(1024, 1_000_000),
    '`16384`',
    'length of the request line and headers; beyond: HTTP 431',
  ),
  HEADERS_TIMEOUT_MS: variable(
    wholeNumber(1, 600_000),
    '`5000`',
    'time for the headers of one request to arrive; beyond: HTTP 408, connection closed',
  ),
  REQUEST_TIMEOUT_MS: variable(
    wholeNumber(1, 600_000),
    '`10000`',
    'the same for the whole request, body included',
  ),
  KEEP_ALIVE_TIMEOUT_MS: variable(
    wholeNumber(1, 86_400_000),
    '`72000`',
    'how long an idle connection is kept; longer than the load balancer in front keeps it',
  ),
  VIEWER_RPS: variable(
    wholeNumber(1, 1_000_000),
    'no limit',
    'requests a second of one viewer over all replicas; beyond: `RATE_LIMITED`, HTTP 429',
  ),
};
