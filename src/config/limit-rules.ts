import type { LimitsConfig } from './config.ts';
import { defaultLimits } from './default-limits.ts';
import type { Report } from './report.ts';
import type { Settings } from './variables.ts';

/** Reads the limits of one request, one connection and one viewer. */
export function limitRules(settings: Settings, report: Report): LimitsConfig {
  const headersTimeoutMs = settings.HEADERS_TIMEOUT_MS ?? 5000;
  const requestTimeoutMs = settings.REQUEST_TIMEOUT_MS ?? 10_000;
  if (headersTimeoutMs > requestTimeoutMs) {
    report('HEADERS_TIMEOUT_MS', 'must not be longer than REQUEST_TIMEOUT_MS, which includes the headers');
  }
  const defaults = defaultLimits(settings.MAX_LOOKUPS_PER_REQUEST);
  return {
    aliases: settings.MAX_ALIASES ?? defaults.aliases,
    queryTokens: settings.MAX_QUERY_TOKENS ?? defaults.queryTokens,
    queryDepth: settings.MAX_QUERY_DEPTH ?? 10,
    queryDirectives: settings.MAX_QUERY_DIRECTIVES ?? 20,
    answerFields: settings.MAX_ANSWER_FIELDS ?? defaults.answerFields,
    answerBytes: settings.MAX_ANSWER_BYTES ?? 1024 * 1024,
    errors: settings.MAX_ERRORS ?? defaults.errors,
    concurrentRequests: settings.MAX_CONCURRENT_REQUESTS ?? 2000,
    bodyBytes: settings.MAX_BODY_BYTES ?? 256 * 1024,
    headerBytes: settings.MAX_HEADER_BYTES ?? 16 * 1024,
    headersTimeoutMs,
    requestTimeoutMs,
    keepAliveTimeoutMs: settings.KEEP_ALIVE_TIMEOUT_MS ?? 72_000,
    viewerRequestsPerSecond: settings.VIEWER_RPS,
  };
}
