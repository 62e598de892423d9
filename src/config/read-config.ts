import type { AdminConfig, Config } from './config.ts';
import { accidentalCharacterWarnings, ignoredCharacterWarnings } from './accidental-characters.ts';
import { defaultLimits } from './default-limits.ts';
import { ineffectiveVariableWarnings } from './ineffective-variables.ts';
import { isLoopback } from '../domain/loopback.ts';
import {
  apiUrlRules,
  applicationRules,
  legacyRules,
  plaintextHosts,
  type SandboxDefaults,
} from './application-rules.ts';
import { documentRules } from './document-rules.ts';
import { limitRules } from './limit-rules.ts';
import { misspeltVariableWarnings } from './misspelt-variables.ts';
import { inCapitals, isOfProxy, nameInUse, proxyFor, proxyWarnings } from './proxy-rules.ts';
import { apiKeyWarnings } from './api-keys.ts';
import type { Report } from './report.ts';
import { redisTlsRules } from './redis-tls-rules.ts';
import { readSecretFiles } from './secret-files.ts';
import { isTelemetryVariable, telemetryRules } from './telemetry-rules.ts';
import { viewerRules } from './viewer-rules.ts';
import { variables, type Settings, type VariableName } from './variables.ts';
import { weakSecretWarnings } from './weak-secrets.ts';

/** One invalid or missing variable. Never contains its value, but for the paths of `PERSISTED_DOCUMENTS`. */
export interface Problem {
  readonly variable: string;
  readonly message: string;
}

export type ConfigResult =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  | {
      readonly ok: false;
      readonly problems: readonly Problem[];
      /** Possible causes: misspelt names, accidental characters, an unknown `NODE_ENV`. */
      readonly hints: readonly string[];
    };

/**
 * Reads the whole configuration from the `given` environment and the files that it names, or reports all its problems at
 * once. `sandboxDefaults` are the credentials to use in the sandbox. An empty or blank variable counts as unset. Problems
 * and warnings contain no value but the paths of `PERSISTED_DOCUMENTS`.
 */
export function readConfig(given: NodeJS.ProcessEnv, sandboxDefaults: SandboxDefaults): ConfigResult {
  const problems: Problem[] = [];
  const report: Report = (name, message) => {
    const variable = nameInUse(given, name);
    // One problem a variable: an invalid one, or one whose file cannot be read, is not also reported as missing.
    const names = [variable, `${variable}_FILE`];
    if (!problems.some((problem) => names.includes(problem.variable))) problems.push({ variable, message });
  };
  const environment = readSecretFiles(inCapitals(given), report);
  const wrongTelemetry: string[] = [];
  const settings = readSettings(environment, (variable, message) => {
    if (isTelemetryVariable(variable)) wrongTelemetry.push(`${variable} ${message}`);
    else report(variable, message);
  });

  const production = isProduction(settings.NODE_ENV);
  const host = settings.HOST ?? (production ? '::' : '127.0.0.1');
  const app = applicationRules(settings, production, sandboxDefaults, report);
  const apiUrl = apiUrlRules(settings, report);
  const legacy = legacyRules(settings, app.mode, apiUrl, report);
  const viewer = viewerRules(settings, app.mode, host, sandboxDefaults, report);
  const persistedDocuments = documentRules(settings, viewer, report);
  const limits = limitRules(settings, report);
  const { telemetry, warnings: telemetryWarnings } = telemetryRules(settings, wrongTelemetry);
  const admin = adminRules(settings, host, report);
  const redisTls = redisTlsRules(settings, report);
  const asksNobody = app.mode === 'sandbox' && settings.VIEWER_JWKS_URL === undefined;
  const needed = asksNobody ? problems.filter(({ variable }) => !isOfProxy(variable)) : problems;
  if (needed.length > 0 || !app.config || !viewer)
    return { ok: false, problems: needed, hints: textWarnings(environment, settings) };

  const config: Config = {
    host,
    allowedHosts: settings.ALLOWED_HOSTS ?? [],
    port: settings.PORT ?? defaultPort,
    admin,
    shutdownDelayMs: settings.SHUTDOWN_DELAY_MS ?? 0,
    production,
    explorer: settings.IDE ? settings.IDE === 'on' : !production && !persistedDocuments?.only,
    introspection: settings.INTROSPECTION ? settings.INTROSPECTION === 'on' : !production,
    inlineTrace: settings.APOLLO_INLINE_TRACE === '1',
    persistedDocuments,
    corsOrigins: settings.CORS_ORIGINS ?? [],
    logLevel: settings.LOG_LEVEL ?? 'info',
    logFormat: settings.LOG_FORMAT,
    hstsMaxAgeS: settings.HSTS_MAX_AGE_S ?? 0,
    maxLookupsPerRequest: settings.MAX_LOOKUPS_PER_REQUEST ?? defaultLimits().lookups,
    limits,
    dingtalk: {
      mode: app.mode,
      apiUrl,
      proxy: app.mode === 'sandbox' ? undefined : proxyFor(settings, apiUrl),
      legacy,
      app: app.config,
      callsPerSecond: settings.DINGTALK_QPS ?? 20,
      timeoutMs: settings.UPSTREAM_TIMEOUT_MS ?? 5000,
      monthlyQuota: settings.DINGTALK_MONTHLY_QUOTA,
    },
    cache: {
      ttlMs: settings.CACHE_TTL_MS ?? 60_000,
      listTtlMs: settings.CACHE_LIST_TTL_MS ?? 15_000,
      staleMs: settings.CACHE_STALE_MS ?? 600_000,
      negativeTtlMs: settings.CACHE_NEGATIVE_TTL_MS ?? 5000,
      freshMinMs: settings.CACHE_FRESH_MIN_MS ?? 5000,
      maxEntries: settings.CACHE_MAX_ENTRIES ?? 100_000,
      maxBytes: settings.CACHE_MAX_BYTES ?? 64 * 1024 * 1024,
    },
    answerCaching: settings.ANSWER_CACHING ?? 'off',
    redisUrl: settings.REDIS_URL,
    redisTls,
    stateDir: app.mode === 'sandbox' ? undefined : settings.STATE_DIR,
    viewer,
    viewerLogKey: settings.VIEWER_LOG_KEY,
    telemetry,
  };
  const warnings = [
    ...warningsFor(config, settings, environment),
    ...telemetryWarnings,
    ...proxyWarnings(given, settings),
  ];
  return { ok: true, config, warnings };
}

const defaultPort = 4000;

/** Undefined: health checks, metrics and status are on the public port. */
function adminRules(settings: Settings, host: string, report: Report): AdminConfig | undefined {
  const { PORT: publicPort = defaultPort, ADMIN_PORT: port, ADMIN_HOST: adminHost = host } = settings;
  if (port === undefined) return undefined;
  if (port === publicPort && port !== 0) {
    report('ADMIN_PORT', 'must be another port than PORT: what it serves is no longer on the public one');
  }
  return { host: adminHost, port };
}

const development: readonly (string | undefined)[] = ['development', 'test', undefined];

/** Any other word, such as `staging`, gets the safe settings. */
const isProduction = (nodeEnv: string | undefined): boolean => !development.includes(nodeEnv);

function readSettings(environment: NodeJS.ProcessEnv, report: Report): Settings {
  const settings: Partial<Record<VariableName, unknown>> = {};
  for (const [name, { schema }] of Object.entries(variables)) {
    // Blanks around a value are copy-and-paste accidents.
    const text = environment[name]?.trim();
    if (text === undefined || text === '') continue;
    const parsed = schema.safeParse(text);
    if (parsed.success) settings[name as VariableName] = parsed.data;
    else report(name as VariableName, parsed.error.issues[0]?.message ?? 'is invalid');
  }
  return settings as Settings;
}

/** Warnings that may explain a problem, too. */
function textWarnings(environment: NodeJS.ProcessEnv, settings: Settings): string[] {
  const nodeEnv = settings.NODE_ENV;
  return [
    ...misspeltVariableWarnings(environment),
    ...accidentalCharacterWarnings(environment),
    ...(isProduction(nodeEnv) && nodeEnv !== 'production'
      ? ['NODE_ENV is not production, development or test: it counts as production']
      : []),
  ];
}

function warningsFor(config: Config, settings: Settings, environment: NodeJS.ProcessEnv): string[] {
  const isOpen =
    !isLoopback(config.host) && config.viewer.kind === 'fixed' && config.viewer.apiKeys.length === 0;
  const inPlaintext = config.dingtalk.mode === 'live' ? plaintextHosts(config.dingtalk) : [];
  return [
    ...textWarnings(environment, settings),
    ...ignoredCharacterWarnings(environment),
    ...ineffectiveVariableWarnings(config, settings),
    ...(config.explorer && !config.introspection
      ? [
          'The explorer has no schema, so it neither documents nor completes: set INTROSPECTION=on, or IDE=off',
        ]
      : []),
    ...inPlaintext.map(
      (variable) =>
        `ALLOW_PLAINTEXT_SECRETS=1: everyone on the way to ${variable} reads the secret of the app, tokens and links, and can change answers`,
    ),
    ...(isOpen
      ? ['ALLOW_ANONYMOUS=1: anyone who reaches this port reads DingTalk as the fixed operator']
      : []),
    ...(config.viewer.kind === 'fixed' ? apiKeyWarnings(config.viewer.apiKeys) : []),
    ...weakSecretWarnings(config),
  ];
}
