import type { IncomingHttpHeaders } from 'node:http';

/** One HTTP request that arrived; `status` and `requestId` are set when it is answered. */
export interface SandboxCall {
  /** The `api` of its route, or `unknownPath`. */
  readonly api: string;
  readonly method: string;
  /** As sent: still percent-encoded, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** Parsed if it was declared as JSON and is JSON; otherwise the text, or undefined if there was none. */
  readonly body: unknown;
  readonly atMs: number;
  /** The same number means the same socket. */
  readonly tcpConnection: number;
  status?: number;
  requestId?: string;
}

/** The access token of a call; no other header is read. */
export function accessTokenOf({ headers }: SandboxCall): string | undefined {
  const value = headers['x-acs-dingtalk-access-token'];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A non-empty string field of a JSON body; undefined for anything else. */
export function bodyField({ body }: SandboxCall, name: string): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const value: unknown = Object.getOwnPropertyDescriptor(body, name)?.value;
  return typeof value === 'string' && value !== '' ? value : undefined;
}
