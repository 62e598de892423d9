import type { Config } from './config.ts';
import { ineffectiveVariableWarnings, unknownVariableWarnings } from './ineffective-variables.ts';
import { isLoopback } from '../domain/loopback.ts';
import { apiUrlRules, applicationRules, isPlaintext, type SandboxDefaults } from './application-rules.ts';
import { limitRules } from './limit-rules.ts';
import type { Report } from './report.ts';
import { viewerRules } from './viewer-rules.ts';
import { variables, type Settings, type VariableName } from './variables.ts';

/** One invalid or missing variable. Never contains its value. */
export interface Problem {
  readonly variable: string;
  readonly message: string;
}

export type ConfigResult =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  | {
      readonly ok: false;
      readonly problems: readonly Problem[];
      /** Possible causes: misspelt variable names. */
      readonly hints: readonly string[];
    };

/**
 * Reads the whole configuration from `environment`, or reports all its problems at once. `sandboxDefaults` are the
 * credentials to use in the sandbox. An empty or blank variable counts as unset. Problems and warnings never contain
 * a value.
 */
export function readConfig(environment: NodeJS.ProcessEnv, sandboxDefaults: SandboxDefaults): ConfigResult {
  const problems: Problem[] = [];
  const report: Report = (variable, message) => {
    // One problem a variable: an invalid one is not also reported as missing.
    if (!problems.some((problem) => problem.variable === variable)) problems.push({ variable, message });
  };
  const settings = readSettings(environment, report);

  const production = settings.NODE_ENV === 'production';
  const host = settings.HOST ?? (production ? '::' : '127.0.0.1');
  const app = applicationRules(settings, production, sandboxDefaults, report);
  const apiUrl = apiUrlRules(settings, report);
  const viewer = viewerRules(settings, app.mode, host, sandboxDefaults, report);
  const limits = limitRules(settings, report);
  if (problems.length > 0 || !app.config || !viewer)
    return { ok: false, problems, hints: unknownVariableWarnings(environment) };

  const config: Config = {
    host,
    allowedHosts: settings.ALLOWED_HOSTS ?? [],
    port: settings.PORT ?? 4000,
    production,
    explorer: settings.IDE ? settings.IDE === 'on' : !production,
    introspection: !production,
    corsOrigins: settings.CORS_ORIGINS ?? [],
    logLevel: settings.LOG_LEVEL ?? 'info',
    maxLookupsPerRequest: settings.MAX_LOOKUPS_PER_REQUEST ?? 50,
    limits,
    dingtalk: {
      mode: app.mode,
      apiUrl,
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
      maxEntries: settings.CACHE_MAX_ENTRIES ?? 100_000,
      maxBytes: settings.CACHE_MAX_BYTES ?? 64 * 1024 * 1024,
    },
    redisUrl: settings.REDIS_URL,
    viewer,
    viewerLogKey: settings.VIEWER_LOG_KEY,
  };
  return { ok: true, config, warnings: warningsFor(config, settings, environment) };
}

/** A shorter secret causes a warning. */
const minSecretLength = 16;

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

function warningsFor(config: Config, settings: Settings, environment: NodeJS.ProcessEnv): string[] {
  const warnings = [
    ...unknownVariableWarnings(environment),
    ...ineffectiveVariableWarnings(config, settings),
  ];
  if (config.dingtalk.mode === 'live' && isPlaintext(config.dingtalk.apiUrl)) {
    warnings.push(
      'ALLOW_PLAINTEXT_SECRETS=1: everyone on the way to DINGTALK_API_URL reads the secret of the app, tokens and links, and can change answers',
    );
  }
  if (!isLoopback(config.host) && config.viewer.kind === 'fixed' && config.viewer.apiKeys.length === 0) {
    warnings.push('ALLOW_ANONYMOUS=1: anyone who reaches this port reads DingTalk as the fixed operator');
  }
  if (
    !isLoopback(config.host) &&
    config.viewer.kind === 'router' &&
    config.viewer.secret.length < minSecretLength
  ) {
    warnings.push(
      `ROUTER_SECRET is shorter than ${minSecretLength} characters: anyone who guesses it acts as any operator`,
    );
  }
  return warnings;
}
