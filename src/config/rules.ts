import type { Application } from '../domain/application.ts';
import type { DingTalkConfig, LimitsConfig, ViewerConfig } from './config.ts';
import { isLoopback } from '../domain/loopback.ts';
import type { Settings, VariableName } from './variables.ts';

/** The application and the operator of the sandbox. */
export interface SandboxDefaults {
  readonly appKey: string;
  readonly appSecret: string;
  readonly operatorUnionId: string;
}

/** Reports a problem with one variable. */
export type Report = (variable: VariableName, message: string) => void;

/** Mode and application, from several variables. Reports those that are missing or contradict each other. */
export function appRules(
  settings: Settings,
  production: boolean,
  sandboxDefaults: SandboxDefaults,
  report: Report,
): { mode: DingTalkConfig['mode']; config: Application | undefined } {
  const asksForApp = settings.DINGTALK_APP_KEY !== undefined || settings.DINGTALK_APP_SECRET !== undefined;
  const asksForSuite =
    settings.DINGTALK_SUITE_KEY !== undefined ||
    settings.DINGTALK_SUITE_SECRET !== undefined ||
    settings.DINGTALK_SUITE_TICKET_FILE !== undefined;
  const mode = settings.DINGTALK_MODE ?? (asksForApp || asksForSuite || production ? 'live' : 'sandbox');

  if (mode === 'sandbox') {
    const { appKey, appSecret } = sandboxDefaults;
    return { mode, config: { kind: 'internal', appKey, appSecret } };
  }
  if (asksForApp && asksForSuite) {
    report('DINGTALK_SUITE_KEY', 'is set beside DINGTALK_APP_KEY: set the variables of one application only');
    return { mode, config: undefined };
  }
  return { mode, config: asksForSuite ? suiteApp(settings, report) : ownApp(settings, report) };
}

function ownApp(settings: Settings, report: Report): Application | undefined {
  const appKey = required(settings, 'DINGTALK_APP_KEY', 'to talk to DingTalk', report);
  const appSecret = required(settings, 'DINGTALK_APP_SECRET', 'to talk to DingTalk', report);
  if (appKey === undefined || appSecret === undefined) return undefined;
  const corpId = settings.DINGTALK_CORP_ID;
  return corpId === undefined
    ? { kind: 'internal', appKey, appSecret }
    : { kind: 'corp', appKey, appSecret, corpId };
}

function suiteApp(settings: Settings, report: Report): Application | undefined {
  const why = 'for a third-party enterprise app';
  const suiteKey = required(settings, 'DINGTALK_SUITE_KEY', why, report);
  const suiteSecret = required(settings, 'DINGTALK_SUITE_SECRET', why, report);
  const suiteTicketFile = required(settings, 'DINGTALK_SUITE_TICKET_FILE', why, report);
  const corpId = settings.DINGTALK_CORP_ID;
  const viewersNameNoCorp = settings.VIEWER_AUTH === 'fixed' || settings.VIEWER_AUTH === 'dingtalk';
  if (viewersNameNoCorp && corpId === undefined) {
    report(
      'DINGTALK_CORP_ID',
      `must be set: with VIEWER_AUTH=${settings.VIEWER_AUTH} nothing else names the organization of a suite token`,
    );
  }
  if (suiteKey === undefined || suiteSecret === undefined || suiteTicketFile === undefined) return undefined;
  return { kind: 'suite', suiteKey, suiteSecret, suiteTicketFile, corpId };
}

/** The source of the operator, from several variables. Reports those that are missing or contradict each other. */
export function viewerRules(
  settings: Settings,
  mode: DingTalkConfig['mode'],
  host: string,
  sandboxDefaults: SandboxDefaults,
  report: Report,
): ViewerConfig | undefined {
  switch (settings.VIEWER_AUTH ?? (mode === 'sandbox' ? 'fixed' : undefined)) {
    case 'fixed':
      return fixedViewer(settings, mode, host, sandboxDefaults, report);
    case 'jwt':
      return jwtViewer(settings, report);
    case 'router': {
      const secret = required(settings, 'ROUTER_SECRET', 'with VIEWER_AUTH=router', report);
      return secret === undefined ? undefined : { kind: 'router', secret };
    }
    case 'dingtalk':
      return { kind: 'dingtalk' };
    case undefined:
      report(
        'VIEWER_AUTH',
        'must be chosen (fixed, jwt, dingtalk or router): it decides on whose behalf DingTalk is read',
      );
      return undefined;
  }
}

function fixedViewer(
  settings: Settings,
  mode: DingTalkConfig['mode'],
  host: string,
  sandboxDefaults: SandboxDefaults,
  report: Report,
): ViewerConfig | undefined {
  const apiKeys = settings.GATEWAY_API_KEYS ?? [];
  if (!isLoopback(host) && apiKeys.length === 0 && settings.ALLOW_ANONYMOUS !== '1') {
    report(
      'GATEWAY_API_KEYS',
      'must be set with VIEWER_AUTH=fixed where HOST is not loopback, or ALLOW_ANONYMOUS=1 to let anyone act as the operator',
    );
  }
  const operatorUnionId =
    mode === 'sandbox'
      ? (settings.DINGTALK_OPERATOR_UNION_ID ?? sandboxDefaults.operatorUnionId)
      : required(settings, 'DINGTALK_OPERATOR_UNION_ID', 'with VIEWER_AUTH=fixed', report);
  return operatorUnionId === undefined ? undefined : { kind: 'fixed', operatorUnionId, apiKeys };
}

function jwtViewer(settings: Settings, report: Report): ViewerConfig | undefined {
  const issuer = required(settings, 'VIEWER_JWT_ISSUER', 'with VIEWER_AUTH=jwt', report);
  const audience = required(settings, 'VIEWER_JWT_AUDIENCE', 'with VIEWER_AUTH=jwt', report);
  const { VIEWER_JWKS_URL: jwksUrl, VIEWER_JWT_PUBLIC_KEY: publicKeyPem } = settings;
  const keys = oneKeySource(jwksUrl, publicKeyPem);
  if (!keys)
    report('VIEWER_JWKS_URL', 'or VIEWER_JWT_PUBLIC_KEY must be set with VIEWER_AUTH=jwt: one of the two');
  if (!keys || issuer === undefined || audience === undefined) return undefined;
  return {
    kind: 'jwt',
    keys,
    issuer,
    audience,
    unionIdClaim: settings.VIEWER_UNION_ID_CLAIM ?? 'unionId',
    corpIdClaim: settings.VIEWER_CORP_ID_CLAIM ?? 'corpId',
  };
}

type KeySource = Extract<ViewerConfig, { kind: 'jwt' }>['keys'];

function oneKeySource(jwksUrl: URL | undefined, publicKeyPem: string | undefined): KeySource | undefined {
  if (jwksUrl !== undefined) return publicKeyPem === undefined ? { jwksUrl } : undefined;
  return publicKeyPem === undefined ? undefined : { publicKeyPem };
}

function required<Name extends VariableName>(
  settings: Settings,
  name: Name,
  why: string,
  report: Report,
): Settings[Name] {
  if (settings[name] === undefined) report(name, `must be set ${why}`);
  return settings[name];
}

/** The limits of one request, one connection and one viewer, with their defaults. */
export function limitsOf(settings: Settings, report: Report): LimitsConfig {
  const headersTimeoutMs = settings.HEADERS_TIMEOUT_MS ?? 5000;
  const requestTimeoutMs = settings.REQUEST_TIMEOUT_MS ?? 10_000;
  if (headersTimeoutMs > requestTimeoutMs) {
    report('HEADERS_TIMEOUT_MS', 'must not be longer than REQUEST_TIMEOUT_MS, which includes the headers');
  }
  return {
    queryTokens: settings.MAX_QUERY_TOKENS ?? 1000,
    queryDepth: settings.MAX_QUERY_DEPTH ?? 10,
    queryDirectives: settings.MAX_QUERY_DIRECTIVES ?? 20,
    answerFields: settings.MAX_ANSWER_FIELDS ?? 10_000,
    answerBytes: settings.MAX_ANSWER_BYTES ?? 1024 * 1024,
    errors: settings.MAX_ERRORS ?? 20,
    concurrentRequests: settings.MAX_CONCURRENT_REQUESTS ?? 2000,
    bodyBytes: settings.MAX_BODY_BYTES ?? 256 * 1024,
    headerBytes: settings.MAX_HEADER_BYTES ?? 16 * 1024,
    headersTimeoutMs,
    requestTimeoutMs,
    viewerRequestsPerSecond: settings.VIEWER_RPS,
  };
}
