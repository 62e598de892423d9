import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sandboxCredentials, sandboxCorpIds } from '../../src/sandbox/credentials.ts';
import { startSessionGateway, type SessionGateway } from '../support/session-gateway.ts';

const [corpId = '', otherCorpId = ''] = sandboxCorpIds;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sessions-'));
  await writeFile(join(folder, 'ticket'), sandboxCredentials.suiteTicket);
});
afterAll(() => rm(folder, { recursive: true }));

/** A third-party application, for several organizations or for the one that is configured. */
const startSuite = (DINGTALK_CORP_ID?: string): Promise<SessionGateway> =>
  startSessionGateway({
    environment: {
      DINGTALK_APP_KEY: '',
      DINGTALK_APP_SECRET: '',
      DINGTALK_SUITE_KEY: sandboxCredentials.suiteKey,
      DINGTALK_SUITE_SECRET: sandboxCredentials.suiteSecret,
      DINGTALK_SUITE_TICKET_FILE: join(folder, 'ticket'),
      DINGTALK_CORP_ID,
    },
  });
const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

test('of several organizations the page names one, whose token of the application is used', async () => {
  await using gateway = await startSuite();

  const { status, body } = await gateway.signIn({ authCode: 'auth.chyxxxxx.1', corpId: otherCorpId });

  expect([status, claimsOf(body.token).corpId]).toEqual([201, otherCorpId]);
  const [token, userInfo] = gateway.upstream.calls;
  expect([token?.api, userInfo?.api]).toEqual(['corpAccessToken', 'getUserInfo']);
  expect(token?.body).toMatchObject({ authCorpId: otherCorpId });
  expect((await gateway.ask(body.token)).status).toBe(200);
  expect(claimsOf((await gateway.renew(body.token)).body.token).corpId).toBe(otherCorpId);
});

test('without a name of the organization nothing is asked', async () => {
  await using gateway = await startSuite();

  expect(await gateway.signIn({ oauthCode: 'oauth.chyxxxxx.1' })).toMatchObject({
    status: 400,
    body: {
      errors: [
        {
          message: 'Name your organization in corpId: this gateway serves several.',
          extensions: { code: 'BAD_USER_INPUT', argument: 'corpId' },
        },
      ],
    },
  });
  expect(gateway.upstream.calls).toEqual([]);
});

test('a configured organization needs no name, and is the only one', async () => {
  await using gateway = await startSuite(corpId);

  for (const more of [{}, { corpId }]) {
    const { body } = await gateway.signIn({ authCode: `auth.chyxxxxx.${Object.keys(more).length}`, ...more });
    expect(claimsOf(body.token).corpId).toBe(corpId);
  }
  gateway.upstream.clearCalls();
  expect(await gateway.signIn({ authCode: 'auth.chyxxxxx.2', corpId: otherCorpId })).toMatchObject({
    status: 400,
    body: {
      errors: [
        {
          message: 'This gateway serves another organization: leave corpId out.',
          extensions: { code: 'BAD_USER_INPUT', argument: 'corpId' },
        },
      ],
    },
  });
  expect(gateway.upstream.calls).toEqual([]);
});

test('another organization than the person chose at the login page is FORBIDDEN', async () => {
  await using gateway = await startSuite();

  expect(await gateway.signIn({ oauthCode: 'oauth.chyxxxxx.1', corpId: otherCorpId })).toMatchObject({
    status: 403,
    body: { errors: [{ extensions: { code: 'FORBIDDEN', retryable: false } }] },
  });
  expect((await gateway.signIn({ oauthCode: 'oauth.chyxxxxx.2', corpId })).status).toBe(201);
});

test('an organization that has not authorised the application gets no session', async () => {
  await using gateway = await startSuite();

  expect(await gateway.signIn({ authCode: 'auth.chyxxxxx.1', corpId: 'dingnobody' })).toMatchObject({
    status: 503,
    body: { errors: [{ extensions: { code: 'GATEWAY_MISCONFIGURED', retryable: false } }] },
  });
});
