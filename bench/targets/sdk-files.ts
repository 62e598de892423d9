import storage, {
  GetDentryHeaders,
  GetDentryRequest,
  GetDentryThumbnailsHeaders,
  GetDentryThumbnailsRequest,
  ListDentriesHeaders,
  ListDentriesRequest,
} from '@alicloud/dingtalk/dist/storage_1_0/client.js';
import type { Config } from '@alicloud/openapi-client';
import { RuntimeOptions } from '@alicloud/tea-util';
import { fileOf, type Files, type WireDentry } from './files.ts';

/** The files by DingTalk's own SDK. It puts ids into the path unescaped. */
export function createSdkFiles(config: Config, token: string): Files {
  const client = new storage.default(config);
  const options = new RuntimeOptions({});
  const credentials = { xAcsDingtalkAccessToken: token };
  return {
    async page(spaceId, maxResults, unionId) {
      const { body } = await client.listDentriesWithOptions(
        spaceId,
        new ListDentriesRequest({ unionId, parentId: '0', maxResults }),
        new ListDentriesHeaders(credentials),
        options,
      );
      return (body?.dentries ?? []).map((dentry) => fileOf(dentry as WireDentry));
    },
    async file(spaceId, dentryId, unionId) {
      const { body } = await client.getDentryWithOptions(
        spaceId,
        dentryId,
        new GetDentryRequest({ unionId }),
        new GetDentryHeaders(credentials),
        options,
      );
      return fileOf(body?.dentry as WireDentry);
    },
    async thumbnail(spaceId, dentryId, unionId) {
      const { body } = await client.getDentryThumbnailsWithOptions(
        spaceId,
        new GetDentryThumbnailsRequest({ unionId, dentryIds: [dentryId] }),
        new GetDentryThumbnailsHeaders(credentials),
        options,
      );
      const url = body?.resultItems?.[0]?.thumbnail?.url;
      return url === undefined ? null : { url };
    },
  };
}
