import convFile, { GetSpaceHeaders, GetSpaceRequest } from '@alicloud/dingtalk/dist/conv_file_1_0/client.js';
import { Config } from '@alicloud/openapi-client';
import { RuntimeOptions } from '@alicloud/tea-util';
import { Refused, serveRest } from './rest.ts';
import { fetchToken, upstreamUrl } from './surroundings.ts';

// DingTalk's own SDK behind node:http, one client for all requests.

const client = new convFile.default(
  new Config({ protocol: 'http', regionId: 'central', endpoint: new URL(upstreamUrl).host }),
);
const headers = new GetSpaceHeaders({ xAcsDingtalkAccessToken: await fetchToken() });
const options = new RuntimeOptions({});

serveRest(async (openConversationId, unionId) => {
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
});
