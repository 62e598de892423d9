import { Pool } from 'undici';
import { createFiles, type Api } from './files.ts';
import { Refused } from './rest.ts';
import { fetchToken, lookupPath, upstreamUrl, type Space } from './surroundings.ts';

/** The cheapest client: undici on kept-alive connections. */
export async function createUndiciApi(): Promise<Api> {
  const token = await fetchToken();
  const pool = new Pool(upstreamUrl, { connections: null });
  const headers = { 'content-type': 'application/json', 'x-acs-dingtalk-access-token': token };

  async function send(method: 'GET' | 'POST', path: string, body: object | undefined): Promise<unknown> {
    const answer = await pool.request({
      method,
      path,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
    const parsed: unknown = await answer.body.json();
    if (answer.statusCode !== 200) throw new Refused('DingTalk refused');
    return parsed;
  }

  return {
    async lookup(openConversationId, unionId) {
      const path = `${lookupPath}?unionId=${encodeURIComponent(unionId)}`;
      const { space } = (await send('POST', path, { openConversationId })) as { space: Space };
      return space;
    },
    files: createFiles((method, path, query, body) =>
      send(method, `${path}?${String(new URLSearchParams(query))}`, body),
    ),
  };
}
