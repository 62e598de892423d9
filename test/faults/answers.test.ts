import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { PublicCode } from '../../src/errors/codes.ts';
import { documentedErrors, type DocumentedErrorCode } from '../../src/sandbox/documented-errors.ts';
import type { Fault } from '../../src/sandbox/sandbox.ts';
import { faulty, suffer, usedMegabytes, type FaultCase } from './suffer.ts';

/** A spent quota is probed again after this time. */
const quotaMs = 10 * 60_000;
/** The documented length of a ban whose page states none. */
const banMs = 5 * 60_000;

const codes: Readonly<Partial<Record<DocumentedErrorCode, PublicCode>>> = {
  paramError: 'BAD_USER_INPUT',
  'paramError.conversationId': 'BAD_USER_INPUT',
  permissionDenied: 'FORBIDDEN',
  acrossOrgAccessForbidden: 'CROSS_ORGANIZATION_FORBIDDEN',
  conversationNotExist: 'CONVERSATION_NOT_FOUND',
  systemError: 'UPSTREAM_UNAVAILABLE',
  unknownError: 'UPSTREAM_UNAVAILABLE',
  InvalidAuthentication: 'GATEWAY_MISCONFIGURED',
  'accesstoken.expired': 'GATEWAY_MISCONFIGURED',
  'AuthenticationFailed.MissingParameter': 'GATEWAY_MISCONFIGURED',
  invalidClientIdOrSecret: 'GATEWAY_MISCONFIGURED',
  'invalid.client': 'GATEWAY_MISCONFIGURED',
  'unauthorized.client': 'GATEWAY_MISCONFIGURED',
  'Forbidden.AccessDenied.AccessTokenPermissionDenied': 'GATEWAY_MISCONFIGURED',
  apiPermissionDenied: 'GATEWAY_MISCONFIGURED',
  orgAuthLevelNotEnough: 'GATEWAY_MISCONFIGURED',
  'forbidden.accessDenied.realmControl': 'GATEWAY_MISCONFIGURED',
  'Forbidden.AccessDenied.IpNotInWhiteList': 'GATEWAY_MISCONFIGURED',
  'Forbidden.AccessDenied.QpsLimitForApi': 'RATE_LIMITED',
  'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi': 'RATE_LIMITED',
  'Forbidden.AccessDenied.QpsLimitForSuitekeyAndOrgAndApi': 'RATE_LIMITED',
  'Forbidden.AccessDenied.QpmLimitForAppkeyAndApi': 'RATE_LIMITED',
  'Forbidden.AccessDenied.QpmLimitForSuitekeyAndOrgAndApi': 'RATE_LIMITED',
  'Forbidden.AccessDenied.ApiCountLimitForOrg': 'QUOTA_EXHAUSTED',
  'system.busy': 'UPSTREAM_UNAVAILABLE',
  systemBusy: 'UPSTREAM_UNAVAILABLE',
  serviceBusy: 'UPSTREAM_UNAVAILABLE',
  'systemError.busy': 'UPSTREAM_UNAVAILABLE',
  operationTimeout: 'UPSTREAM_UNAVAILABLE',
};

function codeOf(code: DocumentedErrorCode): PublicCode {
  const expected = codes[code];
  if (!expected) throw new Error(`Say what ${code} has to become`);
  return expected;
}

const documented = documentedErrors.flatMap(({ code, status }): FaultCase[] =>
  (['error', 'uppercase-error'] as const).map((kind) => ({
    name: `${code} ${kind === 'error' ? '' : 'in capitalized form '}`.trim(),
    begin: faulty({ kind, code }),
    code: codeOf(code),
    dingtalk: { code, status },
    recoverAfterMs: code.endsWith('ApiCountLimitForOrg') ? quotaMs : 0,
  })),
);

const answer = (status: number, body: string, headers: Record<string, string> = {}): Fault => ({
  kind: 'answer',
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body,
});
const malformed = 'UPSTREAM_MALFORMED_RESPONSE';
const unavailable = 'UPSTREAM_UNAVAILABLE';

const undocumented: [name: string, fault: Fault, code: PublicCode, dingtalk?: object][] = [
  ['an HTML page', { kind: 'html', status: 200 }, malformed, { status: 200 }],
  ['an HTML page of a proxy, 502', { kind: 'html', status: 502 }, unavailable, { status: 502 }],
  ['an HTML page of a proxy, 504', { kind: 'html', status: 504 }, unavailable, { status: 504 }],
  ['an empty 502', answer(502, ''), unavailable, { status: 502 }],
  ['an empty 503', answer(503, ''), unavailable, { status: 503 }],
  ['200 with errcode', { kind: 'ok-with-errcode' }, malformed, { code: '404', status: 200 }],
  ['an empty body', { kind: 'empty' }, malformed, { status: 200 }],
  ['no space', answer(200, '{}'), malformed, { status: 200 }],
  ['wrong types', answer(200, '{"space":{"spaceId":798,"corpId":[]}}'), malformed, { status: 200 }],
  ['null', answer(200, 'null'), malformed, { status: 200 }],
  ['half of a JSON text', answer(200, '{"space":{"spaceId":"79'), malformed, { status: 200 }],
  ['an IP ban as JSON', { kind: 'ip-ban' }, 'RATE_LIMITED', { status: 403 }],
  ['an IP ban with 200', { kind: 'ip-ban', status: 200 }, 'RATE_LIMITED', { status: 200 }],
  [
    'an IP ban as a page',
    answer(
      403,
      '<a href="https://bixi.alicdn.com/punish/a.html?action=deny"></a><script>document.cookie = "x5secdata=;"</script>',
      { 'content-type': 'text/html' },
    ),
    'RATE_LIMITED',
    { status: 403 },
  ],
  ['a plain body labelled gzip', answer(200, 'plain', { 'content-encoding': 'gzip' }), malformed],
  ['a plain body labelled Brotli', answer(200, 'plain', { 'content-encoding': 'br' }), malformed],
  [
    'a known code in a 200',
    answer(200, '{"code":"permissionDenied"}'),
    'FORBIDDEN',
    { code: 'permissionDenied', status: 200 },
  ],
  [
    'an unknown code in a 200',
    answer(200, '{"code":"novelty"}'),
    malformed,
    { code: 'novelty', status: 200 },
  ],
  ['a 429 without a code', answer(429, ''), 'RATE_LIMITED', { status: 429 }],
  ['JSON that is not an object', answer(500, '"oops"'), unavailable, { status: 500 }],
  ['a body of 50 MB', { kind: 'huge', bytes: 50_000_000 }, malformed],
  ['a body without end', { kind: 'huge', bytes: Infinity }, malformed],
  ['a gzip bomb of 50 MB', { kind: 'gzip-bomb', bytes: 50_000_000 }, malformed],
  ['a gzip bomb without end', { kind: 'gzip-bomb', bytes: Infinity }, malformed],
];

const table: readonly FaultCase[] = [
  ...documented,
  ...undocumented.map(([name, fault, code, dingtalk]) => ({
    name,
    begin: faulty(fault),
    code,
    dingtalk: dingtalk ?? {},
    recoverAfterMs: name === 'an IP ban as a page' ? banMs : 0,
  })),
];

let usedBefore: number;
beforeAll(async () => {
  // Once before, so that modules loaded for the first case do not count as growth.
  await suffer({ name: 'none', begin: () => undefined, code: 'ok' });
  usedBefore = usedMegabytes();
});

test.each(table)('$name', suffer);

afterAll(() => {
  expect(usedMegabytes() - usedBefore).toBeLessThan(100);
});
