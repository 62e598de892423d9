import { pino, type DestinationStream, type Logger } from 'pino';

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

/** JSON lines with every known secret struck out. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const paths = [
    ...secretHeaders.flatMap((name) => [`headers["${name}"]`, `*.headers["${name}"]`]),
    ...secretFields.flatMap((name) => [name, `*.${name}`]),
  ];
  const options = { level, redact: { paths, censor: '[redacted]' } };
  return destination ? pino(options, destination) : pino(options);
}
