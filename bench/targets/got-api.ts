import http from 'node:http';
import got from 'got';
import { createFiles, type Api } from './files.ts';
import { fetchToken, lookupPath, upstreamUrl, type Space } from './surroundings.ts';

/** A usual client with got: one instance, kept-alive connections, the answer parsed by got. */
export async function createGotApi(): Promise<Api> {
  const api = got.extend({
    prefixUrl: upstreamUrl,
    agent: { http: new http.Agent({ keepAlive: true }) },
    headers: { 'x-acs-dingtalk-access-token': await fetchToken() },
  });
  return {
    async lookup(openConversationId, unionId) {
      const { space } = await api
        .post(lookupPath.slice(1), { searchParams: { unionId }, json: { openConversationId } })
        .json<{ space: Space }>();
      return space;
    },
    files: createFiles((method, path, searchParams, body) =>
      api(path.slice(1), { method, searchParams, ...(body && { json: body }) }).json(),
    ),
  };
}
