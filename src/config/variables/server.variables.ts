import { secretVariable, variable } from './variable.ts';
import { hostNames, listenAddress, oneOf, origins, text, wholeNumber } from '../variable-schemas.ts';

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** The HTTP server, the explorer and the log. */
export const serverVariables = {
  HOST: variable(
    listenAddress,
    '`127.0.0.1` (`::` in production)',
    'listen address; `::`: all, of IPv6 and IPv4',
  ),
  PORT: variable(wholeNumber(0, 65_535), '`4000`', 'listen port; `0` picks a free one and logs it'),
  ADMIN_PORT: variable(
    wholeNumber(0, 65_535),
    'none',
    'listen port of health checks, `/metrics` and `/status`; `0` picks a free one',
  ),
  ADMIN_HOST: variable(listenAddress, 'as `HOST`', 'listen address of `ADMIN_PORT`'),
  SHUTDOWN_DELAY_MS: variable(
    wholeNumber(0, 600_000),
    '`0`',
    'how long a stopping gateway, already not ready, still accepts connections',
  ),
  ALLOWED_HOSTS: variable(
    hostNames,
    "loopback's names, or any",
    "comma-separated names that `Host` may hold, with loopback's; others: HTTP 421",
  ),
  NODE_ENV: variable(text, '–', '`production`: `INTROSPECTION` and `IDE` off, no start without credentials'),
  IDE: variable(oneOf('on', 'off'), '`on` (`off` in production)', 'the explorer on `/`'),
  INTROSPECTION: variable(
    oneOf('on', 'off'),
    '`on` (`off` in production)',
    'whether queries may ask for the schema, as the explorer does',
  ),
  CORS_ORIGINS: variable(
    origins,
    'none',
    'comma-separated origins whose pages may query the gateway, also as patterns',
  ),
  HSTS_MAX_AGE_S: variable(
    wholeNumber(0, 315_360_000),
    '`0`',
    'seconds for `Strict-Transport-Security`; `0`: it is not sent',
  ),
  LOG_LEVEL: variable(
    oneOf(...levels),
    '`info`',
    `one of ${levels.map((level) => `\`${level}\``).join(', ')}`,
  ),
  LOG_FORMAT: variable(
    oneOf('json', 'text'),
    '`text` on a terminal, else `json`',
    '`json`: one object a line; `text`: for reading',
  ),
  VIEWER_LOG_KEY: secretVariable(
    text,
    'random in each process',
    'key of the hash that names a viewer in log lines: the same on all replicas',
  ),
};
