import { expect, test } from '@jest/globals';
import { silentObserver, type Observer } from '../../src/observer.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startGateway } from '../support/start-gateway.ts';

const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';
const api = 'conversationSpace';

/** Whatever an observer is told of calls and attempts. */
function recorder(): { told: object[]; observer: Observer } {
  const told: object[] = [];
  const observer = {
    ...silentObserver,
    callEnded: (call: object) => told.push({ call }),
    attemptsEnded: (lookup: object) => told.push({ lookup }),
    turnEnded: ({ waitMs, ...turn }: { api: string; waitMs: number }) =>
      told.push({ turn: { ...turn, waited: waitMs >= 0 } }),
  };
  return { told, observer };
}

const turn = { turn: { api, waited: true } };

test('every call and every attempt is told of, by a documented code or a kind', async () => {
  const { told, observer } = recorder();
  await using gateway = await startGateway({ observer });
  gateway.upstream.addFault(api, { kind: 'error', code: 'systemError' }, 1);
  const body = JSON.stringify({ code: 'code of a secret' });
  gateway.upstream.addFault(api, { kind: 'answer', status: 500, body }, 1);

  await gateway.query(lookup, { id: 'cid.demo.a' });

  expect(told).toEqual([
    turn,
    { call: { api, corpId: undefined, code: 'systemError' } },
    turn,
    { call: { api, corpId: undefined, code: 'unavailable' } },
    turn,
    { call: { api, corpId: undefined, code: 'ok' } },
    { lookup: { api, attempts: 3 } },
  ]);
});

test('calls are the viewer’s organization’s, or the application’s', async () => {
  const { told, observer } = recorder();
  const environment = {
    DINGTALK_CORP_ID: 'ding5678xxxxx',
    VIEWER_AUTH: 'router',
    ROUTER_SECRET: 'router-secret',
  };
  await using gateway = await startGateway({ observer, environment });
  const viewer = { 'x-router-secret': 'router-secret', 'x-dingtalk-union-id': 'chyxxxxx' };

  await gateway.query(lookup, { id: 'cid.demo.a' }, viewer);
  await gateway.query(lookup, { id: 'cid.demo.a' }, { ...viewer, 'x-dingtalk-corp-id': 'ding1234xxxxx' });

  expect(told.filter((entry) => 'call' in entry)).toEqual([
    { call: { api, corpId: 'ding5678xxxxx', code: 'ok' } },
    { call: { api, corpId: 'ding1234xxxxx', code: 'ok' } },
  ]);
});

test('what was not sent is no call', async () => {
  const { told, observer } = recorder();
  await using gateway = await startGateway({ observer, clock: createManualClock() });
  gateway.upstream.addFault(api, { kind: 'ip-ban' }, 1);
  await gateway.query(lookup, { id: 'cid.demo.a' });
  told.length = 0;

  await gateway.query(lookup, { id: 'cid.demo.a' });

  expect(told).toEqual([turn, { lookup: { api, attempts: 0 } }]);
});
