import { expect, test } from '@jest/globals';
import { audience, createSigningKey, issuer, type SigningKey } from '../support/issuer.ts';
import { found, rawQuery, unauthenticated } from '../support/raw-query.ts';
import { testWithRedis } from '../support/redis-server.ts';
import { startGateway } from '../support/start-gateway.ts';
import { oldSecret, withRotation, type Replica, type Rotation } from './start-rotation.ts';

const newSecret = 'the-secret-that-replaces-it';
const secrets = (...values: readonly string[]): NodeJS.ProcessEnv => ({
  DINGTALK_APP_SECRET: values.join(','),
});
const [onlyOld, oldThenNew, newThenOld, onlyNew] = [
  secrets(oldSecret),
  secrets(oldSecret, newSecret),
  secrets(newSecret, oldSecret),
  secrets(newSecret),
];

const idsOf = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `cid.demo.${name}${index}`);

/** Every id as a lookup of one of the replicas, in turn. */
const inTurn = async (replicas: readonly Replica[], ids: readonly string[]): Promise<void> =>
  void (await Promise.all(
    replicas.map((replica, place) =>
      replica.lookUp(...ids.filter((_, index) => index % replicas.length === place)),
    ),
  ));

/** The ids that DingTalk was asked for, sorted. */
const askedFor = ({ upstream }: Rotation): readonly string[] =>
  upstream
    .callsTo('conversationSpace')
    .map(({ body }) => (body as { openConversationId: string }).openConversationId)
    .toSorted();

testWithRedis(
  'the app’s secret is replaced in three rollouts without a failed request, a lost entry, cursor or count, or a call too many',
  () =>
    withRotation(async (rotation) => {
      const { upstream } = rotation;
      let replicas = [await rotation.start(onlyOld), await rotation.start(onlyOld)];
      let remembered = idsOf('remembered', 10);
      await inTurn(replicas, remembered);
      let cursors = [(await replicas[0]!.list()).endCursor];
      const rows = (await replicas[0]!.list(cursors[0])).rows;
      const asked = [...remembered];

      // In DingTalk's console: the old secret ends at once, tokens live on.
      upstream.setSecrets(newSecret);
      for (const [step, next] of [oldThenNew, newThenOld, onlyNew].entries()) {
        // A day after the second rollout no entry and no cursor is from before it.
        if (next === onlyNew) {
          cursors = [(await replicas[0]!.list()).endCursor];
          remembered = idsOf('remembered-later', 10);
          await inTurn(replicas, remembered);
          asked.push(...remembered);
        }
        for (const place of [0, 1]) {
          await replicas[place]!.close();
          replicas = replicas.with(place, await rotation.start(next));
          const ids = idsOf(`step${step}${place}`, place === 0 ? 30 : 4);
          await inTurn(replicas, ids);
          asked.push(...ids);
          // What one has looked up, the others have without a call; and every cursor goes on at every replica.
          for (const replica of replicas) {
            await replica.lookUp(...remembered, ...ids);
            cursors.push((await replica.list()).endCursor);
          }
          for (const replica of replicas) {
            for (const cursor of cursors) expect((await replica.list(cursor)).rows).toEqual(rows);
          }
        }
      }

      expect(askedFor(rotation)).toEqual(asked.toSorted());
      expect(rotation.mostInASecond()).toBeLessThanOrEqual(20);
      expect(upstream.callsTo('accessToken').map(({ status }) => status)).toEqual([200, 200]);
      await replicas[1]!.month();
      expect((await replicas[0]!.month()).calls).toBe(upstream.calls.length - 2);
    }),
  120_000,
);

testWithRedis(
  'replicas with different secrets of the app, each with one, still share pace, count and token',
  () =>
    withRotation(async (rotation) => {
      const { upstream } = rotation;
      upstream.setSecrets(oldSecret, newSecret);
      const [one, other] = [await rotation.start(onlyOld), await rotation.start(onlyNew)];
      await inTurn([one, other], idsOf('first', 2));

      await inTurn([one, other], idsOf('both', 50));

      expect(askedFor(rotation)).toHaveLength(52);
      expect(rotation.mostInASecond()).toBeLessThanOrEqual(20);
      await one.month();
      expect((await other.month()).calls).toBe(52);
    }),
  60_000,
);

testWithRedis.each<
  [
    string,
    (rotation: Rotation, next: string) => Promise<unknown>,
    (rotation: Rotation, old: string) => Promise<unknown>,
  ]
>([
  [
    'two passwords of one user',
    ({ admin }, next) => admin.acl('SETUSER', 'default', `>${next}`),
    ({ admin }, old) => admin.acl('SETUSER', 'default', `<${old}`),
  ],
  [
    'another requirepass',
    ({ admin }, next) => admin.config('SET', 'requirepass', next),
    async () => undefined,
  ],
])(
  'the password of Redis is replaced by %s: connections stay, and replicas go on sharing',
  (_how, add, removeOld) =>
    withRotation(async (rotation) => {
      const { redis, admin } = rotation;
      const as = (password: string): NodeJS.ProcessEnv => ({
        REDIS_URL: redis.url.replace('redis://', `redis://:${password}@`),
      });
      await admin.config('SET', 'requirepass', 'old-password');
      await admin.auth('old-password');
      const one = await rotation.start(as('old-password'));
      await one.lookUp(...idsOf('before', 3));

      await add(rotation, 'new-password');
      const other = await rotation.start(as('new-password'));
      await other.lookUp(...idsOf('before', 3), ...idsOf('during', 3));
      await removeOld(rotation, 'old-password');
      await one.lookUp(...idsOf('during', 3), ...idsOf('after', 3));
      await other.lookUp(...idsOf('after', 3));

      expect(askedFor(rotation)).toHaveLength(9);
      await one.month();
      expect((await other.month()).calls).toBe(9);
      for (const { log } of [one, other])
        expect(log.join('')).not.toMatch(/Redis is unavailable|(?:old|new)-password/);
    }),
);

/** Whether a request with these headers is served, by a replica with each of these settings. */
async function served(
  settings: readonly NodeJS.ProcessEnv[],
  ...headers: readonly (readonly [string, string])[]
): Promise<readonly boolean[]> {
  const outcomes: boolean[] = [];
  for (const environment of settings) {
    await using gateway = await startGateway({ environment });
    const answer = await rawQuery(gateway.url, headers);
    const isServed = answer.status === 200;
    expect(answer).toMatchObject(isServed ? { status: 200, body: found } : unauthenticated);
    outcomes.push(isServed);
  }
  return outcomes;
}

test.each<[string, string, NodeJS.ProcessEnv, string, readonly (readonly [string, string])[]]>([
  [
    'the router’s secret',
    'ROUTER_SECRET',
    { VIEWER_AUTH: 'router' },
    'x-router-secret',
    [['x-dingtalk-union-id', 'chyxxxxx']],
  ],
  ['a client’s key', 'GATEWAY_API_KEYS', {}, 'x-api-key', []],
])(
  '%s is replaced: all replicas take both, then the sender changes, then the old one goes',
  async (_what, name, environment, header, others) => {
    const withValue = (value: string): NodeJS.ProcessEnv => ({ ...environment, [name]: value });
    const steps = ['old-secret', 'old-secret,new-secret', 'new-secret'].map(withValue);

    expect(await served(steps, [header, 'old-secret'], ...others)).toEqual([true, true, false]);
    expect(await served(steps, [header, 'new-secret'], ...others)).toEqual([false, true, true]);
    expect(await served(steps, [header, 'old-secret,new-secret'], ...others)).toEqual([false, false, false]);
    expect(await served(steps, [header, 'another-one'], ...others)).toEqual([false, false, false]);
  },
);

test('an issuer’s key in the settings is replaced: all replicas take both, then the issuer changes, then the old one goes', async () => {
  const [old, next, ed] = [
    await createSigningKey('a'),
    await createSigningKey('b'),
    await createSigningKey('c', 'EdDSA'),
  ];
  const steps = [[old], [old, next, ed], [next]].map((keys: readonly SigningKey[]) => ({
    VIEWER_AUTH: 'jwt',
    VIEWER_JWT_ISSUER: issuer,
    VIEWER_JWT_AUDIENCE: audience,
    VIEWER_JWT_PUBLIC_KEY: keys.map(({ spki }) => spki).join('\n'),
  }));
  const servedWith = async (key: SigningKey) =>
    served(steps, ['authorization', `Bearer ${await key.sign()}`]);

  expect(await servedWith(old)).toEqual([true, true, false]);
  expect(await servedWith(next)).toEqual([false, true, true]);
  expect(await servedWith(ed)).toEqual([false, true, false]);
});

test('with another VIEWER_LOG_KEY a person has another name in the log, and nothing else changes', async () => {
  const names: (string | undefined)[] = [];
  for (const key of ['old-key', 'old-key', 'new-key']) {
    await using gateway = await startGateway({ environment: { VIEWER_LOG_KEY: key } });
    expect(await rawQuery(gateway.url, [])).toMatchObject({ status: 200, body: found });
    names.push(/"viewer":"([^"]+)"/.exec(gateway.log.join(''))?.[1]);
  }

  expect(names[1]).toBe(names[0]);
  expect(names[2]).not.toBe(names[0]);
});
