import { answerConversationSpace } from './conversation-space.route.ts';
import { answerDentries } from './files/dentries.route.ts';
import { answerDentriesBatch } from './files/dentries-batch.route.ts';
import { answerDentry } from './files/dentry.route.ts';
import { answerDownloadInfo } from './files/download-info.route.ts';
import { answerObject } from './files/object.route.ts';
import { answerOpenInfo } from './files/open-info.route.ts';
import { answerPreviewPage, answerThumbnailImage } from './files/link-target.routes.ts';
import { answerThumbnails } from './files/thumbnails.route.ts';
import { answerOpenConversationId } from './open-conversation-id.route.ts';
import type { SandboxRoute } from './sandbox-route.ts';
import { answerByUnionId } from './sign-in/by-union-id.route.ts';
import { answerLoginPage } from './sign-in/login-page.route.ts';
import { answerUserAccessToken } from './sign-in/user-access-token.route.ts';
import { answerUserInfo } from './sign-in/user-info.route.ts';
import { answerStorageSpace } from './storage-space.route.ts';
import { answerAccessToken, answerCorpAccessToken, answerCorpToken } from './token.routes.ts';
import { answerUsersMe } from './users-me.route.ts';

/** Every API that the stand-in serves. A new one is a `*.route.ts` and a row here. */
export const routes = [
  { api: 'accessToken', method: 'POST', url: '/v1.0/oauth2/accessToken', answer: answerAccessToken },
  { api: 'corpToken', method: 'POST', url: '/v1.0/oauth2/:corpId/token', answer: answerCorpToken },
  {
    api: 'corpAccessToken',
    method: 'POST',
    url: '/v1.0/oauth2/corpAccessToken',
    answer: answerCorpAccessToken,
  },
  {
    api: 'conversationSpace',
    method: 'POST',
    url: '/v1.0/convFile/conversations/spaces/query',
    operator: 'unionId',
    answer: answerConversationSpace,
  },
  {
    api: 'storageSpace',
    method: 'GET',
    url: '/v1.0/storage/spaces/:spaceId',
    operator: 'unionId',
    answer: answerStorageSpace,
  },
  {
    api: 'dentries',
    method: 'GET',
    url: '/v1.0/storage/spaces/:spaceId/dentries',
    operator: 'unionId',
    answer: answerDentries,
  },
  {
    api: 'dentry',
    method: 'POST',
    url: '/v1.0/storage/spaces/:spaceId/dentries/:dentryId/query',
    operator: 'unionId',
    answer: answerDentry,
  },
  {
    api: 'dentriesBatch',
    method: 'POST',
    url: '/v1.0/storage/spaces/:spaceId/dentries/query',
    operator: 'unionId',
    answer: answerDentriesBatch,
  },
  {
    api: 'thumbnails',
    method: 'POST',
    url: '/v1.0/storage/spaces/:spaceId/thumbnails/query',
    operator: 'unionId',
    answer: answerThumbnails,
  },
  {
    api: 'downloadInfo',
    method: 'POST',
    url: '/v1.0/storage/spaces/:spaceId/dentries/:dentryId/downloadInfos/query',
    operator: 'unionId',
    answer: answerDownloadInfo,
  },
  {
    api: 'openInfo',
    method: 'POST',
    url: '/v1.0/storage/spaces/:spaceId/dentries/:dentryId/openInfos/query',
    operator: 'unionId',
    answer: answerOpenInfo,
  },
  {
    api: 'openConversationId',
    method: 'POST',
    url: '/v1.0/im/chat/:chatId/convertToOpenConversationId',
    answer: answerOpenConversationId,
  },
  { api: 'object', method: 'GET', url: '/objects/:spaceId/:dentryId/:version', answer: answerObject },
  {
    api: 'thumbnailImage',
    method: 'GET',
    url: '/thumbnails/:spaceId/:dentryId',
    answer: answerThumbnailImage,
  },
  { api: 'previewPage', method: 'GET', url: '/previews/:spaceId/:dentryId', answer: answerPreviewPage },
  { api: 'usersMe', method: 'GET', url: '/v1.0/contact/users/me', answer: answerUsersMe },
  {
    api: 'userAccessToken',
    method: 'POST',
    url: '/v1.0/oauth2/userAccessToken',
    answer: answerUserAccessToken,
  },
  { api: 'getUserInfo', method: 'POST', url: '/topapi/v2/user/getuserinfo', answer: answerUserInfo },
  { api: 'getByUnionId', method: 'POST', url: '/topapi/user/getbyunionid', answer: answerByUnionId },
  { api: 'loginPage', method: 'GET', url: '/oauth2/auth', answer: answerLoginPage },
] as const satisfies readonly SandboxRoute[];

/** What calls are logged, delayed and failed by: one API, or `unknownPath` for requests that match no route. */
export type SandboxApi = (typeof routes)[number]['api'] | 'unknownPath';
