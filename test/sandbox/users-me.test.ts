import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { fetchAccessToken, get } from './sandbox-client.ts';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

test.each(sandboxCredentials.users)(
  'the token of $nick gives their identity',
  async ({ accessToken, ...user }) => {
    const headers = { 'x-acs-dingtalk-access-token': accessToken };

    expect(await get(sandbox, '/v1.0/contact/users/me', headers)).toMatchObject({ status: 200, body: user });
  },
);

test("an unknown token and an app's token are 400 InvalidAuthentication", async () => {
  for (const accessToken of ['x', await fetchAccessToken(sandbox)]) {
    const headers = { 'x-acs-dingtalk-access-token': accessToken };

    expect(await get(sandbox, '/v1.0/contact/users/me', headers)).toMatchObject({
      status: 400,
      body: { code: 'InvalidAuthentication' },
    });
  }
});

test('no token is 400 AuthenticationFailed.MissingParameter', async () => {
  expect(await get(sandbox, '/v1.0/contact/users/me')).toMatchObject({
    status: 400,
    body: { code: 'AuthenticationFailed.MissingParameter' },
  });
});
