import convFile, { GetSpaceHeaders, GetSpaceRequest } from '@alicloud/dingtalk/dist/conv_file_1_0/client.js';
import { Config } from '@alicloud/openapi-client';
import { RuntimeOptions } from '@alicloud/tea-util';
import type { Files } from './files.ts';
import { Refused, serveRest } from './rest.ts';
import { fetchToken, upstreamUrl, type Space } from './surroundings.ts';

// DingTalk's own SDK behind node:http, one client for all requests.

const config = new Config({ protocol: 'http', regionId: 'central', endpoint: new URL(upstreamUrl).host });
const client = new convFile.default(config);
const token = await fetchToken();
const headers = new GetSpaceHeaders({ xAcsDingtalkAccessToken: token });
const options = new RuntimeOptions({});

async function lookup(openConversationId: string, unionId: string): Promise<Space> {
  try {
    const { body } = await client.getSpaceWithOptions(
      new GetSpaceRequest({ unionId, openConversationId }),
      headers,
      options,
    );
    const { spaceId = '', corpId = '', createTime = '', modifiedTime = '' } = body?.space ?? {};
    return { spaceId, corpId, createTime, modifiedTime };
  } catch (error) {
    throw (error as { statusCode?: number }).statusCode === 403 ? new Refused('DingTalk refused') : error;
  }
}

/** Loaded when files are asked for first: the start (W7) is that of a program for lookups. */
let loading: Promise<Files> | undefined;
const loaded = (): Promise<Files> =>
  (loading ??= import('./sdk-files.ts').then(({ createSdkFiles }) => createSdkFiles(config, token)));

serveRest({
  lookup,
  files: {
    page: async (...asked) => (await loaded()).page(...asked),
    file: async (...asked) => (await loaded()).file(...asked),
    thumbnail: async (...asked) => (await loaded()).thumbnail(...asked),
  },
});
