import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';

/** Status, headers and body of an answer, the body parsed if it is JSON. */
export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

async function receive(response: Response): Promise<Received> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** POSTs JSON as the API page shows it. */
export async function post(
  sandbox: Sandbox,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Received> {
  return receive(
    await fetch(`${sandbox.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    }),
  );
}

/** GETs with the given headers. */
export async function get(
  sandbox: Sandbox,
  path: string,
  headers: Record<string, string> = {},
): Promise<Received> {
  return receive(await fetch(`${sandbox.url}${path}`, { headers }));
}

/** The access token of the internal app. */
export async function fetchAccessToken(sandbox: Sandbox): Promise<string> {
  const { appKey, appSecret } = sandboxCredentials;
  const { body } = await post(sandbox, '/v1.0/oauth2/accessToken', { appKey, appSecret });
  return (body as { accessToken: string }).accessToken;
}

/** The access token of the internal app in one organization. */
export async function fetchCorpToken(sandbox: Sandbox, corpId: string): Promise<string> {
  const { body } = await post(sandbox, `/v1.0/oauth2/${corpId}/token`, {
    client_id: sandboxCredentials.appKey,
    client_secret: sandboxCredentials.appSecret,
    grant_type: 'client_credentials',
  });
  return (body as { access_token: string }).access_token;
}

export const lookupPath = '/v1.0/convFile/conversations/spaces/query';

/** The lookup, on behalf of the operator. */
export async function lookUp(
  sandbox: Sandbox,
  accessToken: string,
  openConversationId: string,
  unionId: string = sandboxCredentials.operatorUnionId,
): Promise<Received> {
  return post(
    sandbox,
    `${lookupPath}?${new URLSearchParams({ unionId }).toString()}`,
    { openConversationId },
    { 'x-acs-dingtalk-access-token': accessToken },
  );
}
