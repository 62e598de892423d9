import { expect } from '@jest/globals';
import { testWithRedis as test } from '../support/redis-server.ts';
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

const callsFor = ({ upstream }: Rotation): number => upstream.callsTo('conversationSpace').length;

test(
  'the app’s secret is replaced in three rollouts without a failed request, a lost entry, cursor or count, or a call too many',
  () =>
    withRotation(async (rotation) => {
      const { upstream } = rotation;
      let replicas = [await rotation.start(onlyOld), await rotation.start(onlyOld)];
      let remembered = idsOf('remembered', 10);
      await inTurn(replicas, remembered);
      let cursors = [(await replicas[0]!.list()).endCursor];
      const rows = (await replicas[0]!.list(cursors[0])).rows;
      let asked = remembered.length;

      // In DingTalk's console: the old secret ends at once, tokens live on.
      upstream.setSecrets(newSecret);
      for (const [step, next] of [oldThenNew, newThenOld, onlyNew].entries()) {
        // A day after the second rollout no entry and no cursor is from before it.
        if (next === onlyNew) {
          cursors = [(await replicas[0]!.list()).endCursor];
          remembered = idsOf('remembered-later', 10);
          await inTurn(replicas, remembered);
          asked += remembered.length;
        }
        for (const place of [0, 1]) {
          await replicas[place]!.close();
          replicas = replicas.with(place, await rotation.start(next));
          const ids = idsOf(`step${step}${place}`, place === 0 ? 30 : 4);
          await inTurn(replicas, ids);
          asked += ids.length;
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

      expect(callsFor(rotation)).toBe(asked);
      expect(rotation.mostInASecond()).toBeLessThanOrEqual(20);
      expect(upstream.callsTo('accessToken').map(({ status }) => status)).toEqual([200, 200]);
      await replicas[1]!.month();
      expect((await replicas[0]!.month()).calls).toBe(upstream.calls.length - 2);
    }),
  120_000,
);
