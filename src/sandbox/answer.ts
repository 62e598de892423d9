import { randomUUID } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import { documentedError, type DocumentedErrorCode } from './documented-errors.ts';

const jsonType = 'application/json;charset=UTF-8';

/** One whole HTTP answer; `requestId` repeats the id in its body or headers, if there is one. */
export interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | Buffer;
  readonly requestId?: string;
}

/** 200 with a JSON body and the two id headers of every success. */
export function successAnswer(body: unknown): Answer {
  const requestId = newRequestId();
  const headers = {
    'content-type': jsonType,
    'x-acs-request-id': requestId,
    'x-acs-trace-id': randomUUID().replaceAll('-', ''),
  };
  return { status: 200, headers, body: JSON.stringify(body), requestId };
}

/** A documented error as the service writes it: all-lowercase `requestid` and `accessdenieddetail`. */
export function errorAnswer(code: DocumentedErrorCode, message?: string): Answer {
  const error = documentedError(code);
  const requestId = newRequestId();
  const body = JSON.stringify({
    code,
    requestid: requestId,
    message: message ?? error.message,
    accessdenieddetail: error.accessdenieddetail,
  });
  return { status: error.status, headers: { 'content-type': jsonType }, body, requestId };
}

/** The same error in the other casing that the official SDK accepts. */
export function uppercaseErrorAnswer(code: DocumentedErrorCode, message?: string): Answer {
  const error = documentedError(code);
  const requestId = newRequestId();
  const body = JSON.stringify({
    Code: code,
    RequestId: requestId,
    Message: message ?? error.message,
    AccessDeniedDetail: error.accessdenieddetail,
  });
  return { status: error.status, headers: { 'content-type': jsonType }, body, requestId };
}

/** 200 with `errcode`: the answer to an unknown path. */
export function errcodeAnswer(): Answer {
  const body = JSON.stringify({ errcode: 404, errmsg: '请求的URI地址不存在' });
  return { status: 200, headers: { 'content-type': jsonType }, body };
}

/** The answer to a banned egress IP: JSON, but not in the documented shape. */
export function ipBanAnswer(status = 403): Answer {
  const body = JSON.stringify({ status: 1111, wait: 5, source: 'x5', punish: 'deny', uuid: randomUUID() });
  return { status, headers: { 'content-type': jsonType }, body };
}

/** An HTML page, as from a proxy. */
export function htmlAnswer(status: number): Answer {
  const body = `<!DOCTYPE html>\n<html><head><title>${status}</title></head><body><h1>${status}</h1></body></html>\n`;
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** A status without a body. */
export function emptyAnswer(status: number): Answer {
  return { status, headers: {}, body: '' };
}

function newRequestId(): string {
  return randomUUID().toUpperCase();
}
