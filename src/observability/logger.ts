import { pino, type DestinationStream, type Logger } from 'pino';
import { createLogDestination } from './log-destination.ts';

/** Headers that carry a secret or name a person; nothing logs them on purpose, and this is for the day it happens. */
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

/** JSON lines with every known secret struck out, to standard output unless said otherwise. */
export function createLogger(level: string, destination: DestinationStream = createLogDestination()): Logger {
  const paths = [
    ...secretHeaders.flatMap((name) => [`headers["${name}"]`, `*.headers["${name}"]`]),
    ...secretFields.flatMap((name) => [name, `*.${name}`]),
  ];
  return pino({ level, redact: { paths, censor: '[redacted]' } }, destination);
}
