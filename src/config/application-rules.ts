import type { Application } from '../domain/application.ts';
import { isLoopback } from '../domain/loopback.ts';
import type { DingTalkConfig, LegacyConfig } from './config.ts';
import { proxyFor } from './proxy-rules.ts';
import { required, type Report } from './report.ts';
import type { Settings } from './variables.ts';

/** The credentials and the operator of the sandbox. */
export interface SandboxDefaults {
  readonly appKey: string;
  readonly appSecret: string;
  readonly operatorUnionId: string;
}

/** Reads mode and application. Reports variables that are missing or contradict each other. */
export function applicationRules(
  settings: Settings,
  production: boolean,
  sandboxDefaults: SandboxDefaults,
  report: Report,
): { mode: DingTalkConfig['mode']; config: Application | undefined } {
  const hasApp = settings.DINGTALK_APP_KEY !== undefined || settings.DINGTALK_APP_SECRET !== undefined;
  const hasSuite =
    settings.DINGTALK_SUITE_KEY !== undefined ||
    settings.DINGTALK_SUITE_SECRET !== undefined ||
    settings.DINGTALK_SUITE_TICKET_FILE !== undefined;
  const mode = settings.DINGTALK_MODE ?? (hasApp || hasSuite || production ? 'live' : 'sandbox');

  if (mode === 'sandbox') {
    const { appKey, appSecret } = sandboxDefaults;
    return { mode, config: { kind: 'internal', appKey, appSecret } };
  }
  if (hasApp && hasSuite) {
    report(
      'DINGTALK_SUITE_KEY',
      'conflicts with DINGTALK_APP_KEY: set the variables of one application only',
    );
    return { mode, config: undefined };
  }
  return { mode, config: hasSuite ? suiteApp(settings, report) : ownApp(settings, report) };
}

function ownApp(settings: Settings, report: Report): Application | undefined {
  const appKey = required(settings, 'DINGTALK_APP_KEY', 'to talk to DingTalk', report);
  const appSecrets = required(settings, 'DINGTALK_APP_SECRET', 'to talk to DingTalk', report);
  if (appKey === undefined || appSecrets === undefined) return undefined;
  const [appSecret, otherAppSecret] = appSecrets;
  const corpId = settings.DINGTALK_CORP_ID;
  return corpId === undefined
    ? { kind: 'internal', appKey, appSecret, otherAppSecret }
    : { kind: 'corp', appKey, appSecret, otherAppSecret, corpId };
}

function suiteApp(settings: Settings, report: Report): Application | undefined {
  const why = 'for a third-party enterprise app';
  const suiteKey = required(settings, 'DINGTALK_SUITE_KEY', why, report);
  const suiteSecrets = required(settings, 'DINGTALK_SUITE_SECRET', why, report);
  const suiteTicketFile = required(settings, 'DINGTALK_SUITE_TICKET_FILE', why, report);
  const corpId = settings.DINGTALK_CORP_ID;
  const viewersHaveNoCorpId = settings.VIEWER_AUTH === 'fixed' || settings.VIEWER_AUTH === 'dingtalk';
  if (viewersHaveNoCorpId && corpId === undefined) {
    report(
      'DINGTALK_CORP_ID',
      `must be set: with VIEWER_AUTH=${settings.VIEWER_AUTH} nothing else names the organization of a suite token`,
    );
  }
  if (suiteKey === undefined || suiteSecrets === undefined || suiteTicketFile === undefined) return undefined;
  const [suiteSecret, otherSuiteSecret] = suiteSecrets;
  return { kind: 'suite', suiteKey, suiteSecret, otherSuiteSecret, suiteTicketFile, corpId };
}

/** Whether secrets for DingTalk leave this machine in plain text. */
const isPlaintext = ({ protocol, hostname }: URL): boolean => protocol === 'http:' && !isLoopback(hostname);

/** The variables of DingTalk's hosts to which secrets go in plain text. */
export const plaintextHosts = ({ apiUrl, legacy }: Pick<DingTalkConfig, 'apiUrl' | 'legacy'>): string[] => [
  ...(isPlaintext(apiUrl) ? ['DINGTALK_API_URL'] : []),
  ...(legacy && isPlaintext(legacy.url) ? ['DINGTALK_LEGACY_URL'] : []),
];

/** Reads where DingTalk is asked. Plain http beyond loopback has to be allowed. */
export function apiUrlRules(settings: Settings, report: Report): URL {
  const { DINGTALK_API_URL: apiUrl = new URL('https://api.dingtalk.io'), ALLOW_PLAINTEXT_SECRETS: allowed } =
    settings;
  if (isPlaintext(apiUrl) && allowed !== '1') {
    report(
      'DINGTALK_API_URL',
      'must be https: plain http is accepted to loopback only, unless ALLOW_PLAINTEXT_SECRETS=1 lets the network read all secrets',
    );
  }
  return apiUrl;
}

/**
 * Reads DingTalk's legacy host, where people sign in. Its address follows from the API's, `oapi.` for `api.`, and has to be set
 * where that one is another host, such as an egress gateway.
 */
export function legacyRules(
  settings: Settings,
  mode: DingTalkConfig['mode'],
  apiUrl: URL,
  report: Report,
): LegacyConfig | undefined {
  if (settings.VIEWER_AUTH !== 'session') return undefined;
  if (mode === 'sandbox') return { url: apiUrl, proxy: undefined };
  const url = settings.DINGTALK_LEGACY_URL ?? siblingOf(apiUrl);
  if (url === undefined) {
    report(
      'DINGTALK_LEGACY_URL',
      'must be set with VIEWER_AUTH=session where DINGTALK_API_URL is no host api.<domain>: people sign in at the legacy host',
    );
    return undefined;
  }
  if (isPlaintext(url) && settings.ALLOW_PLAINTEXT_SECRETS !== '1') {
    report(
      'DINGTALK_LEGACY_URL',
      'must be https: plain http is accepted to loopback only, unless ALLOW_PLAINTEXT_SECRETS=1 lets the network read all secrets',
    );
  }
  return { url, proxy: proxyFor(settings, url) };
}

function siblingOf({ protocol, hostname, port, pathname }: URL): URL | undefined {
  const domain = /^api\.(.+)$/.exec(hostname)?.[1];
  if (domain === undefined || port !== '' || pathname !== '/') return undefined;
  return new URL(`${protocol}//oapi.${domain}`);
}
