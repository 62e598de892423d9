import { plaintextHosts } from './application-rules.ts';
import type { Config, ViewerConfig } from './config.ts';
import type { Settings, VariableName } from './variables.ts';

/** Variables that have an effect with one `VIEWER_AUTH` only. */
const variablesOfAuth: Readonly<Record<ViewerConfig['kind'], readonly VariableName[]>> = {
  fixed: ['DINGTALK_OPERATOR_UNION_ID', 'GATEWAY_API_KEYS', 'ALLOW_ANONYMOUS'],
  jwt: [
    'VIEWER_JWKS_URL',
    'VIEWER_JWT_PUBLIC_KEY',
    'VIEWER_JWT_ISSUER',
    'VIEWER_JWT_AUDIENCE',
    'VIEWER_UNION_ID_CLAIM',
    'VIEWER_CORP_ID_CLAIM',
  ],
  dingtalk: [],
  session: ['SESSION_KEY', 'SESSION_TTL_MS', 'DINGTALK_LEGACY_URL'],
  router: ['ROUTER_SECRET'],
};

/** Variables that have no effect in the sandbox. */
const liveVariables: readonly VariableName[] = [
  'DINGTALK_API_URL',
  'DINGTALK_LEGACY_URL',
  'ALLOW_PLAINTEXT_SECRETS',
  'DINGTALK_APP_KEY',
  'DINGTALK_APP_SECRET',
  'DINGTALK_CORP_ID',
  'DINGTALK_SUITE_KEY',
  'DINGTALK_SUITE_SECRET',
  'DINGTALK_SUITE_TICKET_FILE',
  'STATE_DIR',
];

/** One warning for each variable that is set but has no effect because of another one. */
export function ineffectiveVariableWarnings(config: Config, settings: Settings): string[] {
  const { viewer, dingtalk } = config;
  const unusedViewerVariables = Object.entries(variablesOfAuth).flatMap(([kind, names]) =>
    kind === viewer.kind ? [] : names,
  );
  const warn = (names: readonly VariableName[], why: string): string[] =>
    names.filter((name) => settings[name] !== undefined).map((name) => `${name} has no effect ${why}`);
  return [
    ...warn(unusedViewerVariables, `with VIEWER_AUTH=${viewer.kind}`),
    ...(config.admin ? [] : warn(['ADMIN_HOST'], 'without ADMIN_PORT')),
    ...(dingtalk.mode === 'sandbox' ? warn(liveVariables, 'in the sandbox') : []),
    ...(config.answerCaching === 'private' && config.cache.ttlMs === 0
      ? warn(['ANSWER_CACHING'], 'with CACHE_TTL_MS=0: nothing is fresh')
      : []),
    ...(config.cache.ttlMs === 0
      ? warn(['CACHE_FRESH_MIN_MS'], 'with CACHE_TTL_MS=0: nothing is cached')
      : []),
    ...(settings.REDIS_URL === undefined
      ? warn(['REDIS_CA_FILE', 'REDIS_CERT_FILE', 'REDIS_KEY_FILE'], 'without REDIS_URL')
      : []),
    ...(settings.REDIS_URL === undefined || dingtalk.mode === 'sandbox'
      ? []
      : warn(['STATE_DIR'], 'with REDIS_URL: the count is there')),
    ...(dingtalk.mode === 'live' &&
    settings.ALLOW_PLAINTEXT_SECRETS === '1' &&
    plaintextHosts(dingtalk).length === 0
      ? warn(['ALLOW_PLAINTEXT_SECRETS'], 'where DINGTALK_API_URL is https or loopback')
      : []),
  ];
}
