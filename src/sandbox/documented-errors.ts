import type { ErrorRow } from './error-row.ts';
import { chatErrors, fileErrors } from './files/file-errors.ts';

const lookupErrors = [
  { code: 'paramError', status: 400, message: '参数错误' },
  { code: 'paramError.conversationId', status: 400, message: '参数错误：会话 ID 不合法' },
  { code: 'permissionDenied', status: 403, message: '用户没有权限获取会话的存储空间' },
  { code: 'acrossOrgAccessForbidden', status: 403, message: '禁止跨组织访问' },
  { code: 'conversationNotExist', status: 404, message: '会话不存在' },
  { code: 'systemError', status: 500, message: '系统错误' },
  { code: 'unknownError', status: 500, message: 'Unknown Error' },
  { code: 'InvalidAuthentication', status: 400, message: '不合法的access_token' },
  { code: 'accesstoken.expired', status: 400, message: 'access token is expired' },
  {
    code: 'AuthenticationFailed.MissingParameter',
    status: 400,
    message: 'x-acs-dingtalk-access-token is mandatory for this action.',
  },
  { code: 'invalidClientIdOrSecret', status: 400, message: '无效的clientId或者clientSecret' },
  { code: 'invalid.client', status: 400, message: 'invalid client_id or client_secret' },
  { code: 'unauthorized.client', status: 401, message: 'the client is not authorized by this organization' },
  {
    code: 'Forbidden.AccessDenied.AccessTokenPermissionDenied',
    status: 403,
    message: '应用尚未开通所需的权限：[ConvFile.Space.Read]',
    accessdenieddetail: { requiredScopes: ['ConvFile.Space.Read'] },
  },
  { code: 'apiPermissionDenied', status: 400, message: '应用没有调用该接口的权限' },
  { code: 'orgAuthLevelNotEnough', status: 403, message: '企业认证等级不足' },
  { code: 'forbidden.accessDenied.realmControl', status: 403, message: 'access denied by realm control' },
  { code: 'Forbidden.AccessDenied.IpNotInWhiteList', status: 403, message: '访问ip不在白名单之中' },
  { code: 'Forbidden.AccessDenied.QpsLimitForApi', status: 403, message: '接口被限流，请稍后重试' },
  {
    code: 'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi',
    status: 403,
    message: '应用调用该接口的频率超过每秒限制，请稍后重试',
  },
  {
    code: 'Forbidden.AccessDenied.QpsLimitForSuitekeyAndOrgAndApi',
    status: 403,
    message: '套件在该企业下调用接口的频率超过每秒限制，请稍后重试',
  },
  {
    code: 'Forbidden.AccessDenied.QpmLimitForAppkeyAndApi',
    status: 403,
    message: '应用调用该接口的频率超过每分钟限制，请稍后重试',
  },
  {
    code: 'Forbidden.AccessDenied.QpmLimitForSuitekeyAndOrgAndApi',
    status: 403,
    message: '套件在该企业下调用接口的频率超过每分钟限制，请稍后重试',
  },
  {
    code: 'Forbidden.AccessDenied.ApiCountLimitForOrg',
    status: 403,
    message: '企业本月的接口调用次数已用完',
  },
  { code: 'system.busy', status: 429, message: 'system busy, please try again later' },
  { code: 'systemBusy', status: 429, message: '系统繁忙，请稍后重试' },
  { code: 'serviceBusy', status: 503, message: 'service busy' },
  { code: 'systemError.busy', status: 500, message: '系统繁忙' },
  { code: 'operationTimeout', status: 500, message: 'operation timeout' },
] as const satisfies readonly ErrorRow[];

const tokenErrors = [
  { code: 'unsupported.grant.type', status: 400, message: 'unsupported grant_type' },
  { code: 'invalidSuiteKey', status: 400, message: '无效的suiteKey或者suiteSecret' },
  { code: 'invalidSuiteTicket', status: 400, message: '无效的suiteTicket' },
  { code: 'invalidAuthInfo', status: 400, message: '授权信息不存在' },
  { code: 'invalidParameter.authCode.notFound', status: 400, message: '不存在的authCode' },
] as const satisfies readonly ErrorRow[];

const storageErrors = [
  { code: 'spaceNotExist', status: 404, message: '空间不存在' },
] as const satisfies readonly ErrorRow[];

/** Every error code that the stand-in can answer with. */
export type DocumentedErrorCode = (
  typeof lookupErrors | typeof tokenErrors | typeof storageErrors | typeof fileErrors | typeof chatErrors
)[number]['code'];

/** One documented error: its code, its status and a message like DingTalk's. */
export interface DocumentedError extends ErrorRow {
  readonly code: DocumentedErrorCode;
}

/**
 * Every error that DingTalk documents for the conversation API and for its API gateway: a closed list.
 *
 * Codes documented with both 500 and 503 are listed once: `serviceBusy` with 503, the others with 500.
 */
export const documentedErrors: readonly DocumentedError[] = lookupErrors;

/** The errors of the token endpoints that are not in `documentedErrors`. */
export const documentedTokenErrors: readonly DocumentedError[] = tokenErrors;

/** The errors of the storage API that are not in `documentedErrors`. */
export const documentedStorageErrors: readonly DocumentedError[] = storageErrors;

/** The errors of the file operations that are in no list above. */
export const documentedFileErrors: readonly DocumentedError[] = fileErrors;

/** The errors of the conversion of a chatId that are in no list above. */
export const documentedChatErrors: readonly DocumentedError[] = chatErrors;

/** The errors of every API beside the token endpoints, each code once. */
export const documentedApiErrors: readonly DocumentedError[] = [
  ...lookupErrors,
  ...storageErrors,
  ...fileErrors,
  ...chatErrors,
];

const byCode = new Map<string, DocumentedError>(
  [...documentedApiErrors, ...documentedTokenErrors].map((error) => [error.code, error]),
);

/** The documented error with this code. Throws if there is none. */
export function documentedError(code: DocumentedErrorCode): DocumentedError {
  const error = byCode.get(code);
  if (error === undefined) throw new Error(`${code} is not a documented error`);
  return error;
}
