import { pino, type DestinationStream, type Logger } from 'pino';
import { createLogDestination } from './log-destination.ts';

/** Headers that contain a secret or identify a person. No code logs them; redaction guards against a mistake. */
const secretHeaders = [
  'authorization',
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

/** Logs JSON lines, with every known secret redacted; by default to standard output. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const paths = [
    ...secretHeaders.flatMap((name) => [`headers["${name}"]`, `*.headers["${name}"]`]),
    ...secretFields.flatMap((name) => [name, `*.${name}`]),
  ];
  const log: Logger = pino(
    { level, redact: { paths, censor: '[redacted]' } },
    destination ??
      createLogDestination((lines) =>
        log.error({ lines }, 'the log could not be written: lines are missing here'),
      ),
  );
  return log;
}
