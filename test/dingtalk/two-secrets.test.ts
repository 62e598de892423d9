import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startGateway } from '../support/start-gateway.ts';

const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';
const right = { data: { conversationSpace: { spaceId: '798xxxxx' } } };
const refused = {
  data: { conversationSpace: null },
  errors: [{ extensions: { code: 'GATEWAY_MISCONFIGURED' } }],
};
const [old, next] = ['the-old-secret', 'the-new-secret'];
const { appKey, suiteKey, suiteTicket, corpId } = sandboxCredentials;

const apps = [
  ['accessToken', 'appSecret', 'APP', { DINGTALK_APP_KEY: appKey }],
  ['corpToken', 'client_secret', 'APP', { DINGTALK_APP_KEY: appKey, DINGTALK_CORP_ID: corpId }],
  ['corpAccessToken', 'suiteSecret', 'SUITE', { DINGTALK_SUITE_KEY: suiteKey, DINGTALK_CORP_ID: corpId }],
] as const;

async function start([api, field, kind, environment]: (typeof apps)[number], secrets: string) {
  const folder = await mkdtemp(path.join(tmpdir(), 'gateway-ticket-'));
  await writeFile(path.join(folder, 'ticket'), suiteTicket);
  const clock = createManualClock();
  const gateway = await startGateway({
    clock,
    environment: {
      DINGTALK_APP_KEY: '',
      DINGTALK_APP_SECRET: '',
      ...(kind === 'SUITE' && { DINGTALK_SUITE_TICKET_FILE: path.join(folder, 'ticket') }),
      ...environment,
      [`DINGTALK_${kind}_SECRET`]: secrets,
    },
  });
  return {
    clock,
    gateway,
    ask: async () => (await gateway.query(lookup, { id: 'cid9FTRQSLo+sKxxxx' })).body,
    /** The secrets of the token calls since the last time, each with its status. */
    tokenCalls() {
      const calls = gateway.upstream
        .callsTo(api)
        .map(({ body, status }) => [(body as Record<string, string>)[field], status]);
      gateway.upstream.clearCalls();
      return calls;
    },
    said: () =>
      gateway.log
        .filter((line) => line.includes("of the app's two secrets"))
        .map((line) => JSON.parse(line).msg),
    async [Symbol.asyncDispose]() {
      await gateway.close();
      await rm(folder, { recursive: true });
    },
  };
}

test.each(apps)(
  '%s: before DingTalk has the first secret the second is taken, and remembered until it is refused',
  async (...app) => {
    await using under = await start(app, `${next},${old}`);
    const { gateway, ask, tokenCalls } = under;
    gateway.upstream.setSecrets(old);
    expect(await ask()).toEqual(right);
    expect(tokenCalls()).toEqual([
      [next, 400],
      [old, 200],
    ]);

    gateway.upstream.expireTokens();
    expect(await ask()).toEqual(right);
    expect(tokenCalls()).toEqual([[old, 200]]);

    gateway.upstream.setSecrets(next);
    gateway.upstream.expireTokens();
    expect(await ask()).toEqual(right);
    expect(tokenCalls()).toEqual([
      [old, 400],
      [next, 200],
    ]);

    gateway.upstream.expireTokens();
    expect(await ask()).toEqual(right);
    expect(tokenCalls()).toEqual([[next, 200]]);
    expect(under.said()).toEqual([
      "DingTalk takes the second of the app's two secrets and refuses the other",
      "DingTalk takes the first of the app's two secrets and refuses the other",
    ]);
    for (const secret of [old, next]) expect(gateway.log.join('')).not.toContain(secret);
  },
);

test.each(apps)(
  '%s: where both are refused, each is tried once, and then not for a time that grows',
  async (...app) => {
    await using under = await start(app, `${next},${old}`);
    const { clock, gateway, ask, tokenCalls } = under;
    gateway.upstream.setSecrets('a-third-one');

    for (const waitMs of [1000, 2000]) {
      expect(await Promise.all([ask(), ask(), ask()])).toMatchObject([refused, refused, refused]);
      clock.advance(waitMs - 1);
      expect(await ask()).toMatchObject(refused);
      expect(tokenCalls()).toEqual([
        [next, 400],
        [old, 400],
      ]);
      clock.advance(1);
    }
  },
);

test('a fault that passes does not make the gateway try the other secret', async () => {
  await using under = await start(apps[0], `${next},${old}`);
  const { gateway, ask, tokenCalls } = under;
  gateway.upstream.setSecrets(next, old);
  gateway.upstream.addFault('accessToken', { kind: 'error', code: 'serviceBusy' }, 1);

  expect(await ask()).toEqual(right);

  expect(tokenCalls()).toEqual([
    [next, 503],
    [next, 200],
  ]);
});

test('where the other secret meets a fault that passes, both are tried again', async () => {
  await using under = await start(apps[0], `${next},${old}`);
  const { gateway, ask, tokenCalls } = under;
  gateway.upstream.setSecrets(old);
  gateway.upstream.addFault('accessToken', { kind: 'error', code: 'invalidClientIdOrSecret' }, 1);
  gateway.upstream.addFault('accessToken', { kind: 'error', code: 'serviceBusy' }, 1);

  expect(await ask()).toEqual(right);

  expect(tokenCalls()).toEqual([
    [next, 400],
    [old, 503],
    [next, 400],
    [old, 200],
  ]);
});
