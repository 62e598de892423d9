import contact from '@alicloud/dingtalk/dist/contact_1_0/client.js';
import convFile, { GetSpaceHeaders, GetSpaceRequest } from '@alicloud/dingtalk/dist/conv_file_1_0/client.js';
import oauth2, {
  GetAccessTokenRequest,
  GetCorpAccessTokenRequest,
  GetTokenRequest,
  GetUserTokenRequest,
} from '@alicloud/dingtalk/dist/oauth2_1_0/client.js';
import { Config } from '@alicloud/openapi-client';
import { RuntimeOptions } from '@alicloud/tea-util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { documentedErrors, documentedTokenErrors } from '../../src/sandbox/documented-errors.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';

const { appKey, appSecret, corpId, suiteKey, suiteSecret, suiteTicket, users, outsider } = sandboxCredentials;

/** The error that the SDK throws. It has no field for the request id: `data` is the raw body. */
interface SdkError {
  readonly code: string;
  readonly message: string;
  readonly statusCode: number;
  readonly accessDeniedDetail?: unknown;
  readonly data: Record<string, unknown>;
}

let sandbox: Sandbox;
let config: Config;

beforeAll(async () => {
  sandbox = await startSandbox({ callsPerSecond: Infinity });
  config = new Config({ protocol: 'http', regionId: 'central', endpoint: new URL(sandbox.url).host });
});
beforeEach(() => {
  sandbox.clearCalls();
  sandbox.clearFaults();
});
afterAll(() => sandbox.close());

async function tokenBySdk(): Promise<string> {
  const { body } = await new oauth2.default(config).getAccessToken(
    new GetAccessTokenRequest({ appKey, appSecret }),
  );
  return body!.accessToken!;
}

async function spaceBySdk(accessToken: string, openConversationId: string) {
  return new convFile.default(config).getSpaceWithOptions(
    new GetSpaceRequest({ unionId: 'chyxxxxx', openConversationId }),
    new GetSpaceHeaders({ xAcsDingtalkAccessToken: accessToken }),
    new RuntimeOptions({}),
  );
}

async function errorOf(call: Promise<unknown>): Promise<SdkError> {
  return call.then(
    () => {
      throw new Error('the SDK took an error for a success');
    },
    (error: unknown) => error as SdkError,
  );
}

describe('the SDK gets the documented answers', () => {
  test("the API page's example", async () => {
    const { statusCode, headers, body } = await spaceBySdk(await tokenBySdk(), 'cid9FTRQSLo+sKxxxx');

    expect({ statusCode, body }).toEqual({
      statusCode: 200,
      body: {
        space: {
          spaceId: '798xxxxx',
          corpId: 'ding1234xxxxx',
          createTime: '2022-01-01T10:00:00Z',
          modifiedTime: '2022-01-01T10:00:00Z',
        },
      },
    });
    expect(headers!['x-acs-request-id']).toBe(sandbox.calls.at(-1)!.requestId);
  });

  test('a token of the internal app', async () => {
    const { body } = await new oauth2.default(config).getAccessToken(
      new GetAccessTokenRequest({ appKey, appSecret }),
    );

    expect(body).toEqual({ accessToken: expect.any(String), expireIn: 7200 });
  });

  test('a token by organization', async () => {
    const { body } = await new oauth2.default(config).getToken(
      corpId,
      new GetTokenRequest({ clientId: appKey, clientSecret: appSecret, grantType: 'client_credentials' }),
    );

    expect(body).toEqual({ accessToken: expect.any(String), expiresIn: 7200 });
  });

  test('a token by suite ticket', async () => {
    const { body } = await new oauth2.default(config).getCorpAccessToken(
      new GetCorpAccessTokenRequest({ suiteKey, suiteSecret, suiteTicket, authCorpId: corpId }),
    );

    expect(body).toEqual({ accessToken: expect.any(String), expireIn: 7200 });
  });

  test.each(users)(
    'a code of the login page for $nick, which works once',
    async ({ accessToken, unionId }) => {
      const code = `oauth.${unionId}.of-the-sdk`;
      const client = new oauth2.default(config);
      const request = new GetUserTokenRequest({
        clientId: appKey,
        clientSecret: appSecret,
        code,
        grantType: 'authorization_code',
      });
      const { body } = await client.getUserToken(request);

      expect(body).toMatchObject({ accessToken, refreshToken: expect.any(String), expireIn: 7200, corpId });
      expect(await errorOf(client.getUserToken(request))).toMatchObject({
        code: 'invalidParameter.authCode.notFound',
        statusCode: 400,
      });
    },
  );

  test.each([...users, outsider])('users/me for $nick', async ({ accessToken, ...user }) => {
    const headers = new contact.GetUserHeaders({ xAcsDingtalkAccessToken: accessToken });
    const { body } = await new contact.default(config).getUserWithOptions(
      'me',
      headers,
      new RuntimeOptions({}),
    );

    expect(body).toMatchObject(user);
  });
});

describe('the SDK reads every documented error', () => {
  let accessToken: string;

  beforeAll(async () => {
    accessToken = await tokenBySdk();
  });

  test.each(documentedErrors)('$code', async ({ code, status, message, accessdenieddetail }) => {
    const error = await errorOf(spaceBySdk(accessToken, `cid.${code}`));
    const [call, ...repeats] = sandbox.callsTo('conversationSpace');
    const requestId = call!.requestId!;

    expect(error).toMatchObject({ code, statusCode: status, data: { code, message, requestid: requestId } });
    expect(error.accessDeniedDetail).toEqual(accessdenieddetail);
    // The SDK joins code, status, message and request id into one string.
    expect(error.message).toBe(`${code}: code: ${status}, ${message} request id: ${requestId}`);
    // It retries only if `autoretry` is set, and then never an error answer.
    expect(repeats).toEqual([]);
  });

  test.each(documentedErrors)(
    '$code in capitalized form',
    async ({ code, status, message, accessdenieddetail }) => {
      sandbox.addFault('conversationSpace', { kind: 'uppercase-error', code }, 1);
      const error = await errorOf(spaceBySdk(accessToken, 'cid.demo.a'));
      const requestId = sandbox.calls.at(-1)!.requestId!;

      expect(error).toMatchObject({ code, statusCode: status });
      expect(error.accessDeniedDetail).toEqual(accessdenieddetail);
      expect(error.message).toBe(`${code}: code: ${status}, ${message} request id: ${requestId}`);
    },
  );

  test.each(documentedTokenErrors)('$code of the token endpoints', async ({ code, status, message }) => {
    sandbox.addFault('corpAccessToken', { kind: 'error', code }, 1);
    const request = new GetCorpAccessTokenRequest({ suiteKey, suiteSecret, suiteTicket, authCorpId: corpId });
    const error = await errorOf(new oauth2.default(config).getCorpAccessToken(request));
    const requestid = sandbox.calls.at(-1)!.requestId!;

    expect(error).toMatchObject({ code, statusCode: status, data: { code, message, requestid } });
  });
});

describe('answers that the SDK misreads', () => {
  test('an unknown path, 200 with errcode, is a success without a space', async () => {
    const { statusCode, body } = await spaceBySdk(await tokenBySdk(), 'cid.errcode');

    expect({ statusCode, space: body!.space }).toEqual({ statusCode: 200, space: undefined });
  });

  test('an HTML page is an error without a code', async () => {
    const error = await errorOf(spaceBySdk(await tokenBySdk(), 'cid.504'));

    expect(error.code).toBeUndefined();
  });
});
