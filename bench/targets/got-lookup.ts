import http from 'node:http';
import got from 'got';
import { fetchToken, lookupPath, upstreamUrl, type Space } from './surroundings.ts';

/** A usual lookup with got: one instance, kept-alive connections, the answer parsed by got. */
export async function createGotLookup(): Promise<(id: string, unionId: string) => Promise<Space>> {
  const api = got.extend({
    prefixUrl: upstreamUrl,
    agent: { http: new http.Agent({ keepAlive: true }) },
    headers: { 'x-acs-dingtalk-access-token': await fetchToken() },
  });
  return async (openConversationId, unionId) => {
    const { space } = await api
      .post(lookupPath.slice(1), { searchParams: { unionId }, json: { openConversationId } })
      .json<{ space: Space }>();
    return space;
  };
}
