import { expect } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { testWithRedis as test } from '../support/redis-server.ts';
import { rightAnswer, withReplicas, type Replica, type Replicas } from './start-replicas.ts';
import { mostInASecond } from '../dingtalk/most-in-a-second.ts';

const startThree = (replicas: Replicas): Promise<Replica[]> =>
  Promise.all([replicas.start(), replicas.start(), replicas.start()]);

/** `count` different ids, none of them under another `name`. */
const idsOf = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `cid.demo.${name}${index}`);

/** Sends each id to one of the gateways, in turn. */
const askInTurn = (gateways: readonly Replica[], ids: readonly string[]): Promise<unknown>[] =>
  ids.map((id, index) => gateways[index % gateways.length]!.ask(id, `viewer${index % 7}`));

/** The most lookups that arrived within any second. */
const mostLookupsInASecond = (upstream: Sandbox): number =>
  mostInASecond(upstream.callsTo('conversationSpace').map(({ atMs }) => atMs));

test(
  '300 requests for one uncached id over three processes cost at most three calls, and one token',
  () =>
    withReplicas({}, async (replicas) => {
      // Started one after the other: three starts at once may slow Redis down on a small machine.
      const gateways = [await replicas.start(), await replicas.start(), await replicas.start()];
      const { upstream } = replicas;
      upstream.setLatency(100, 'conversationSpace');

      const answers = await Promise.all(
        Array.from({ length: 300 }, (_, index) => gateways[index % 3]!.ask('cid.demo.hot')),
      );

      expect(answers).toEqual(answers.map(() => rightAnswer('cid.demo.hot')));
      expect(upstream.callsTo('conversationSpace').length).toBeLessThanOrEqual(3);
      expect(upstream.callsTo('accessToken')).toHaveLength(1);
    }),
  60_000,
);

test(
  'traffic beyond the rate limit over three processes arrives at the rate limit',
  () =>
    withReplicas({ DINGTALK_QPS: '20', UPSTREAM_TIMEOUT_MS: '30000' }, async (replicas) => {
      const gateways = await startThree(replicas);
      const { upstream } = replicas;
      upstream.setLatency(20, 'conversationSpace');
      const ids = idsOf('paced', 70);
      // On a busy machine the first command of a process may time out, as if Redis were down.
      await Promise.all(askInTurn(gateways, idsOf('first', 3)));

      const answers = await Promise.all(askInTurn(gateways, ids));

      expect(answers).toEqual(ids.map(rightAnswer));
      expect(upstream.callsTo('conversationSpace')).toHaveLength(73);
      expect(mostLookupsInASecond(upstream)).toBeLessThanOrEqual(20);
    }),
  60_000,
);

test(
  'kill -9 of one process loses its requests in flight, and nothing else',
  () =>
    withReplicas({ DINGTALK_QPS: '20', UPSTREAM_TIMEOUT_MS: '3000' }, async (replicas) => {
      const [doomed, ...others] = (await startThree(replicas)) as [Replica, Replica, Replica];
      const { upstream } = replicas;
      const cached = idsOf('cached', 3);
      for (const gateway of [doomed, ...others]) await Promise.all(askInTurn([gateway], cached));
      const before = upstream.callsTo('conversationSpace').length;

      upstream.addFault('conversationSpace', { kind: 'hang' }, 4);
      const lost = Promise.allSettled(askInTurn([doomed], idsOf('lost', 4)));
      await upstream.waitForCalls('conversationSpace', before + 4);
      upstream.setLatency(300, 'conversationSpace');
      const ids = idsOf('kept', 8);
      const kept = Promise.all(askInTurn(others, ids));
      await upstream.waitForCalls('conversationSpace', before + 12);
      await doomed.kill();

      expect((await lost).map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
      expect(await kept).toEqual(ids.map(rightAnswer));
      expect(
        await Promise.all(
          cached.flatMap((id, index) => others.map((other) => other.ask(id, `viewer${index}`))),
        ),
      ).toEqual(cached.flatMap((id) => [rightAnswer(id), rightAnswer(id)]));
      expect(upstream.callsTo('conversationSpace')).toHaveLength(before + 12);

      // The others can make its calls: its last lookups, and more than the slots that it held.
      upstream.setLatency(0, 'conversationSpace');
      const after = [...idsOf('lost', 4), ...idsOf('after', 20)];
      expect(await Promise.all(askInTurn(others, after))).toEqual(after.map(rightAnswer));
      expect(mostLookupsInASecond(upstream)).toBeLessThanOrEqual(20);
    }),
  60_000,
);

test(
  'after kill -9 of the process that fetches the token, another one fetches it',
  () =>
    withReplicas({}, async (replicas) => {
      const { upstream } = replicas;
      upstream.addFault('accessToken', { kind: 'hang' }, 1);
      const doomed = await replicas.start();
      await upstream.waitForCalls('accessToken', 1);
      const other = await replicas.start();
      const answer = other.ask('cid.demo.any');

      await doomed.kill();

      expect(await answer).toEqual(rightAnswer('cid.demo.any'));
      expect(upstream.callsTo('accessToken')).toHaveLength(2);
    }),
  60_000,
);
