import { isLoopback } from '../domain/loopback.ts';
import type { SandboxDefaults } from './application-rules.ts';
import type { DingTalkConfig, ViewerConfig } from './config.ts';
import { proxyFor } from './proxy-rules.ts';
import { required, type Report } from './report.ts';
import type { Settings } from './variables.ts';
import { remedy, weaknessOf } from './weak-secrets.ts';

/** Reads the source of the operator. Reports variables that are missing or contradict each other. */
export function viewerRules(
  settings: Settings,
  mode: DingTalkConfig['mode'],
  host: string,
  sandboxDefaults: SandboxDefaults,
  report: Report,
): ViewerConfig | undefined {
  const auth = settings.VIEWER_AUTH ?? (mode === 'sandbox' ? 'fixed' : undefined);
  if (settings.APOLLO_INLINE_TRACE === '1' && auth !== undefined && auth !== 'router') {
    report(
      'APOLLO_INLINE_TRACE',
      'must not be 1 without VIEWER_AUTH=router: traces are for a router, and any client could ask for them. Set VIEWER_AUTH=router, or leave it out',
    );
  }
  if (settings.ANSWER_CACHING === 'private' && auth !== undefined && auth !== 'router') {
    report(
      'ANSWER_CACHING',
      'must be off, or unset, without VIEWER_AUTH=router: other caches do not have the person in their key',
    );
  }
  switch (auth) {
    case 'fixed':
      return fixedViewer(settings, mode, host, sandboxDefaults, report);
    case 'jwt':
      return jwtViewer(settings, report);
    case 'router': {
      const pair = required(settings, 'ROUTER_SECRET', 'with VIEWER_AUTH=router', report);
      return pair && { kind: 'router', secrets: pair.filter((secret) => secret !== undefined) };
    }
    case 'dingtalk':
      return { kind: 'dingtalk' };
    case 'session': {
      const keys = required(settings, 'SESSION_KEY', 'with VIEWER_AUTH=session', report);
      const weakness = keys?.map(weaknessOf).find((found) => found !== undefined);
      if (weakness !== undefined)
        report(
          'SESSION_KEY',
          `has a key that ${weakness}: anyone who guesses it signs in as any person; ${remedy}`,
        );
      return keys && { kind: 'session', keys, ttlMs: settings.SESSION_TTL_MS ?? 2 * 3_600_000 };
    }
    case undefined:
      report(
        'VIEWER_AUTH',
        'must be set to fixed, jwt, dingtalk, session or router: it decides on whose behalf DingTalk is called',
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
  const keys = keySource(settings);
  if (!keys)
    report('VIEWER_JWKS_URL', 'or VIEWER_JWT_PUBLIC_KEY must be set with VIEWER_AUTH=jwt, but not both');
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

function keySource(settings: Settings): KeySource | undefined {
  const { VIEWER_JWKS_URL: jwksUrl, VIEWER_JWT_PUBLIC_KEY: publicKeyPems } = settings;
  if (jwksUrl !== undefined) {
    return publicKeyPems === undefined ? { jwksUrl, proxy: proxyFor(settings, jwksUrl) } : undefined;
  }
  return publicKeyPems && { publicKeyPems };
}
