import { expect, test } from '@jest/globals';
import { createManualClock } from '../support/manual-clock.ts';
import { startGateway } from '../support/start-gateway.ts';
import { samplesOf, scrape } from './scrape.ts';

const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';
const api = 'conversationSpace';
/** The token call that every gateway makes first. */
const token = '{api="accessToken",code="ok"}';

test('every call is counted, by a documented code or the kind of its failure', async () => {
  await using gateway = await startGateway();
  gateway.upstream.addFault(api, { kind: 'error', code: 'systemError' }, 1);
  const body = JSON.stringify({ code: 'code of a secret' });
  gateway.upstream.addFault(api, { kind: 'answer', status: 500, body }, 1);

  await gateway.query(lookup, { id: 'cid.demo.a' });
  const metrics = await scrape(gateway.url);

  expect(samplesOf(metrics, 'dingtalk_gateway_upstream_calls_total')).toEqual({
    [token]: 1,
    [`{api="${api}",code="systemError"}`]: 1,
    [`{api="${api}",code="unavailable"}`]: 1,
    [`{api="${api}",code="ok"}`]: 1,
  });
  expect(samplesOf(metrics, 'dingtalk_gateway_upstream_attempts_sum')).toEqual({ [`{api="${api}"}`]: 3 });
  expect(samplesOf(metrics, 'dingtalk_gateway_queue_wait_seconds_count')).toEqual({
    '{api="accessToken"}': 1,
    [`{api="${api}"}`]: 3,
  });
  expect(samplesOf(metrics, 'dingtalk_gateway_lookups_total')).toEqual({
    [`{api="${api}",source="upstream",stale="false",outcome="ok"}`]: 1,
  });
});

test('calls of the month are counted for the viewer’s organization, or for the application’s', async () => {
  const environment = {
    DINGTALK_CORP_ID: 'ding5678xxxxx',
    DINGTALK_MONTHLY_QUOTA: '10',
    VIEWER_AUTH: 'router',
    ROUTER_SECRET: 'router-secret',
  };
  await using gateway = await startGateway({ environment });
  const viewer = { 'x-router-secret': 'router-secret', 'x-dingtalk-union-id': 'chyxxxxx' };

  await gateway.query(lookup, { id: 'cid.demo.a' }, viewer);
  await gateway.query(lookup, { id: 'cid.demo.a' }, { ...viewer, 'x-dingtalk-corp-id': 'ding1234xxxxx' });
  await gateway.query(lookup, { id: 'cid.demo.b' }, { ...viewer, 'x-dingtalk-corp-id': 'ding1234xxxxx' });
  const metrics = await scrape(gateway.url);

  const used = Object.values(samplesOf(metrics, 'dingtalk_gateway_month_quota_used_ratio'));
  expect(used.toSorted()).toEqual([0.1, 0.2]);
});

test('a call that was not sent is not counted', async () => {
  await using gateway = await startGateway({ clock: createManualClock() });
  gateway.upstream.addFault(api, { kind: 'ip-ban' }, 1);
  await gateway.query(lookup, { id: 'cid.demo.a' });

  await gateway.query(lookup, { id: 'cid.demo.a' });
  const metrics = await scrape(gateway.url);

  expect(samplesOf(metrics, 'dingtalk_gateway_upstream_calls_total')).toEqual({
    [token]: 1,
    [`{api="${api}",code="ip-banned"}`]: 1,
  });
  expect(samplesOf(metrics, 'dingtalk_gateway_upstream_attempts_count')).toEqual({ [`{api="${api}"}`]: 2 });
});
