import { Pool } from 'undici';
import { Refused } from './rest.ts';
import { fetchToken, lookupPath, upstreamUrl, type Space } from './surroundings.ts';

/** The cheapest lookup: undici on kept-alive connections. */
export async function createUndiciLookup(): Promise<(id: string, unionId: string) => Promise<Space>> {
  const token = await fetchToken();
  const pool = new Pool(upstreamUrl, { connections: null });
  const headers = { 'content-type': 'application/json', 'x-acs-dingtalk-access-token': token };
  return async (openConversationId, unionId) => {
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: `${lookupPath}?unionId=${encodeURIComponent(unionId)}`,
      headers,
      body: JSON.stringify({ openConversationId }),
    });
    const answer = (await body.json()) as { space: Space };
    if (statusCode !== 200) throw new Refused('DingTalk refused');
    return answer.space;
  };
}
