import type { IncomingHttpHeaders } from 'node:http';

/** Every API the stand-in knows, and the rest under `unknownPath`. */
export const sandboxApis = [
  'accessToken',
  'corpToken',
  'corpAccessToken',
  'conversationSpace',
  'storageSpace',
  'usersMe',
  'unknownPath',
] as const;

/** One API of the stand-in. */
export type SandboxApi = (typeof sandboxApis)[number];

/** One HTTP request that arrived; `status` and `requestId` are filled in when it is answered. */
export interface SandboxCall {
  readonly api: SandboxApi;
  readonly method: string;
  /** As it came over the wire: still percent-encoded, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** Parsed where it was announced as JSON and is; otherwise the text, or undefined where there was none. */
  readonly body: unknown;
  readonly atMs: number;
  /** The same number means the same socket. */
  readonly tcpConnection: number;
  status?: number;
  requestId?: string;
}
