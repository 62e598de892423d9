import { randomUUID } from 'node:crypto';
import type { Answer } from '../answer.ts';
import type { RoutedCall, SandboxState } from '../sandbox-route.ts';

/** A code of the legacy host, as its pages list it. */
export interface LegacyError {
  readonly errcode: number;
  readonly errmsg: string;
  /** Where `errcode` is 88: what it is about. */
  readonly sub_code?: string;
  readonly sub_msg?: string;
}

/** Every error that the legacy host's APIs for signing in document. */
export const legacyErrors: readonly LegacyError[] = [
  { errcode: -1, errmsg: '系统繁忙' },
  { errcode: 40001, errmsg: '获取access_token时Secret错误，或者access_token无效' },
  { errcode: 40014, errmsg: '不合法的access_token' },
  { errcode: 42001, errmsg: 'access_token已过期' },
  { errcode: 40078, errmsg: '不存在的临时授权码' },
  { errcode: 50002, errmsg: '请求的员工userid不在授权范围内' },
  { errcode: 60020, errmsg: '访问ip不在白名单之中' },
  { errcode: 60121, errmsg: '找不到该用户' },
  { errcode: 88, errmsg: '鉴权异常' },
  {
    errcode: 88,
    errmsg: 'ding talk error[subcode=60011,submsg=应用尚未开通所需的权限：[qyapi_base]]',
    sub_code: '60011',
    sub_msg: '应用尚未开通所需的权限：[qyapi_base]',
  },
  { errcode: 90002, errmsg: '您的服务器调用钉钉开放平台所有接口的请求都被暂时禁用了' },
  { errcode: 90018, errmsg: '您的服务器调用钉钉开放平台当前接口的所有请求都被暂时禁用了' },
  { errcode: 90020, errmsg: '当月调用次数已用完' },
];

const jsonType = 'application/json;charset=UTF-8';
const newRequestId = (): string => randomUUID().replaceAll('-', '').slice(0, 13);

/** Always 200. */
export function legacyAnswer(body: object): Answer {
  const requestId = newRequestId();
  return {
    status: 200,
    headers: { 'content-type': jsonType },
    body: JSON.stringify({ ...body, request_id: requestId }),
    requestId,
  };
}

export const legacySuccess = (result: object): Answer => legacyAnswer({ errcode: 0, errmsg: 'ok', result });

/** The error of `errcode`, which must be in the list. */
export function legacyError(errcode: number): Answer {
  const error = legacyErrors.find((each) => each.errcode === errcode);
  if (!error) throw new Error(`${errcode} is no documented code of the legacy host`);
  return legacyAnswer(error);
}

/** The refusal of a call whose URL has no valid token of the app; undefined for a good one. */
export function refuseLegacyToken(
  { call }: RoutedCall,
  { tokens, takeCall }: SandboxState,
): Answer | undefined {
  const grant = tokens.grantOf(call.query['access_token'] ?? '');
  if (!grant) return legacyError(40014);
  return takeCall(`${grant.app} ${call.api}`) ? undefined : legacyError(90018);
}
