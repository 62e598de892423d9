// The settings of every target but the gateway, and its access token: fetched once at start, since each of them would
// cache it for two hours.

const { UPSTREAM_URL, PORT } = process.env;

export const upstreamUrl = UPSTREAM_URL ?? '';
export const port = Number(PORT);
export const host = '127.0.0.1';
export const lookupPath = '/v1.0/convFile/conversations/spaces/query';

export interface Space {
  readonly spaceId: string;
  readonly corpId: string;
  readonly createTime: string;
  readonly modifiedTime: string;
}

export async function fetchToken(): Promise<string> {
  const response = await fetch(`${upstreamUrl}/v1.0/oauth2/accessToken`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ appKey: 'sandbox-app-key', appSecret: 'sandbox-app-secret' }),
  });
  const { accessToken } = (await response.json()) as { accessToken: string };
  return accessToken;
}
