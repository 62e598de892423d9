import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { createRateLimit } from '../../src/sandbox/rate-limit.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { fetchAccessToken, fetchCorpToken, get, lookUp, post } from './sandbox-client.ts';

const refusal = { status: 403, body: { code: 'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi' } };

let sandbox: Sandbox;
let nowMs: number;

beforeEach(async () => {
  nowMs = 0;
  sandbox = await startSandbox({ nowMs: () => nowMs });
});
afterEach(() => sandbox.close());

async function lookUpTimes(token: string, times: number): Promise<number[]> {
  const answers = await Promise.all(
    Array.from({ length: times }, () => lookUp(sandbox, token, 'cid.demo.a')),
  );
  return answers.map(({ status }) => status);
}

test('the 21st lookup within a second is refused, in any organization of the app', async () => {
  const token = await fetchAccessToken(sandbox);
  const otherCorpToken = await fetchCorpToken(sandbox, 'ding5678xxxxx');

  expect(await lookUpTimes(token, 20)).toEqual(Array.from({ length: 20 }, () => 200));
  nowMs = 999;
  expect(await lookUp(sandbox, token, 'cid.demo.a')).toMatchObject(refusal);
  expect(await lookUp(sandbox, otherCorpToken, 'cid.demo.a')).toMatchObject(refusal);
});

test('each organization of a suite has its own window', async () => {
  const { suiteKey, suiteSecret, suiteTicket } = sandboxCredentials;
  const tokenIn = async (authCorpId: string): Promise<string> => {
    const suite = { suiteKey, suiteSecret, suiteTicket, authCorpId };
    const { body } = await post(sandbox, '/v1.0/oauth2/corpAccessToken', suite);
    return (body as { accessToken: string }).accessToken;
  };
  const [one, other] = [await tokenIn('ding1234xxxxx'), await tokenIn('ding5678xxxxx')];
  await lookUpTimes(one, 20);

  expect(await lookUp(sandbox, one, 'cid.demo.a')).toMatchObject({
    status: 403,
    body: { code: 'Forbidden.AccessDenied.QpsLimitForSuitekeyAndOrgAndApi' },
  });
  expect(await lookUpTimes(other, 20)).toEqual(Array.from({ length: 20 }, () => 200));
});

test('the window slides, and a refusal does not count', async () => {
  const token = await fetchAccessToken(sandbox);
  await lookUpTimes(token, 10);
  nowMs = 600;
  await lookUpTimes(token, 15);
  nowMs = 1000;

  expect((await lookUpTimes(token, 15)).filter((status) => status === 200)).toHaveLength(10);
});

test('token calls are not limited, and each app and API has its own window', async () => {
  const { suiteKey, suiteSecret, suiteTicket, corpId, users } = sandboxCredentials;
  const token = await fetchAccessToken(sandbox);
  await lookUpTimes(token, 21);
  const suite = { suiteKey, suiteSecret, suiteTicket, authCorpId: corpId };
  const { body } = await post(sandbox, '/v1.0/oauth2/corpAccessToken', suite);
  const suiteToken = (body as { accessToken: string }).accessToken;

  expect(await lookUp(sandbox, suiteToken, 'cid.demo.a')).toHaveProperty('status', 200);
  const headers = { 'x-acs-dingtalk-access-token': users[0].accessToken };
  expect(await get(sandbox, '/v1.0/contact/users/me', headers)).toHaveProperty('status', 200);
  for (let call = 0; call < 25; call += 1) {
    expect(await fetchAccessToken(sandbox)).toBe(token);
  }
});

test('a window of many thousand calls slides as exactly as a small one', () => {
  const takeCall = createRateLimit(5000, () => nowMs);
  const takenAt = (ms: number, tries: number): number => {
    nowMs = ms;
    return Array.from({ length: tries }, () => takeCall('app')).filter(Boolean).length;
  };

  expect([takenAt(0, 3000), takenAt(500, 3000), takenAt(1000, 6000), takenAt(1500, 6000)]).toEqual([
    3000, 2000, 3000, 2000,
  ]);
});
