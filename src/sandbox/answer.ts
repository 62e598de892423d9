import { randomUUID } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import type { AnswerBody } from './answer-body.ts';
import { documentedError, type DocumentedError, type DocumentedErrorCode } from './documented-errors.ts';
import { jsonWithLongs } from './json-with-longs.ts';

const jsonType = 'application/json;charset=UTF-8';

/** One whole HTTP answer; `requestId` repeats the id in its body or headers, if there is one. */
export interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: AnswerBody;
  readonly requestId?: string;
}

/** 200 with a JSON body, in which a bigint is a number, and the two id headers of every success. */
export function successAnswer(body: unknown): Answer {
  const requestId = newRequestId();
  const headers = {
    'content-type': jsonType,
    'x-acs-request-id': requestId,
    'x-acs-trace-id': randomUUID().replaceAll('-', ''),
  };
  return { status: 200, headers, body: jsonWithLongs(body), requestId };
}

/** A documented error as the service writes it: all-lowercase `requestid` and `accessdenieddetail`. */
export function errorAnswer(code: DocumentedErrorCode, message?: string): Answer {
  const error = documentedError(code);
  return writtenError(message === undefined ? error : { ...error, message });
}

/** The same for an error whose status or scopes differ from the table's. */
export function writtenError({ status, code, message, accessdenieddetail }: DocumentedError): Answer {
  const requestId = newRequestId();
  const body = JSON.stringify({ code, requestid: requestId, message, accessdenieddetail });
  return { status, headers: { 'content-type': jsonType }, body, requestId };
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

/** An HTML page, as from a proxy; it shows its status unless there is a title. */
export function htmlAnswer(status: number, title = String(status)): Answer {
  const body = `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** A status without a body. */
export function emptyAnswer(status: number): Answer {
  return { status, headers: {}, body: '' };
}

function newRequestId(): string {
  return randomUUID().toUpperCase();
}
