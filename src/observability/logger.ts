import { pino, type DestinationStream, type Logger } from 'pino';
import { createLogDestination } from './log-destination.ts';

/** Headers that contain a secret or identify a person. No code logs them; redaction guards against a mistake. */
const secretHeaders = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'x-api-key',
  'x-router-secret',
  'x-dingtalk-union-id',
  'x-acs-dingtalk-access-token',
];
const secretFields = [
  'unionId',
  'token',
  'accessToken',
  'access_token',
  'appSecret',
  'client_secret',
  'suiteSecret',
  'suiteTicket',
];

/**
 * Logs lines of JSON, with every known secret redacted; by default to standard output, where `render` makes each line
 * what is written.
 */
export function createLogger(
  level: string,
  destination?: DestinationStream,
  render?: (line: string) => string,
): Logger {
  const paths = [
    ...secretHeaders.flatMap((name) => [`headers["${name}"]`, `*.headers["${name}"]`]),
    ...secretFields.flatMap((name) => [name, `*.${name}`]),
  ];
  const log: Logger = pino(
    {
      level,
      redact: { paths, censor: '[redacted]' },
      formatters: { level: (word) => ({ level: word }) },
    },
    destination ??
      createLogDestination(
        (lines) => log.error({ lines }, 'the log could not be written: lines are missing here'),
        render,
      ),
  );
  return log;
}
