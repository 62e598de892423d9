import { expect } from '@jest/globals';
import { freePort } from '../../scripts/support/free-port.ts';
import { codeBlocks } from '../support/code-blocks.ts';
import { eventually } from '../support/eventually.ts';
import {
  startHaproxy,
  startNginx,
  testWithHaproxy,
  testWithNginx,
  type Haproxy,
  type LoadBalancer,
} from '../support/load-balancers.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { readPage } from '../support/pages.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

const page = await readPage('docs/deployment.md');
const query = '{ conversationSpace(openConversationId: "cid9FTRQSLo+sKxxxx") { spaceId } }';
const answer = [200, { data: { conversationSpace: { spaceId: '798xxxxx' } } }];

/** Everyone may ask on any address, as in production. */
const everywhere = { HOST: '0.0.0.0', ALLOW_ANONYMOUS: '1' };

const portOf = ({ url }: GatewayUnderTest): string => new URL(url).port;

async function ask({ url }: LoadBalancer, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  return [response.status, await response.json()];
}

async function settlesAt(haproxy: Haproxy, states: Record<string, string>): Promise<void> {
  let seen = {};
  await eventually(async () => {
    seen = await haproxy.states();
    return JSON.stringify(seen) === JSON.stringify(states);
  }).catch((error) => {
    expect(seen).toEqual(states);
    throw error;
  });
}

/** A block of docs/deployment.md with the test's ports. */
const blockOf = (language: string, ports: Readonly<Record<string, string>>): string =>
  Object.entries(ports).reduce(
    (block, [documented, port]) => block.replaceAll(`:${documented}`, `:${port}`),
    codeBlocks(page, language).join('\n'),
  );

/** The four forms of `option httpchk`, by its arguments, and the one of `http-check`. */
const forms = (path: string): Record<string, readonly string[]> => ({
  uri: [`option httpchk ${path}`],
  method: [`option httpchk GET ${path}`],
  head: [`option httpchk HEAD ${path}`],
  version: [`option httpchk GET ${path} HTTP/1.0`],
  rules: ['option httpchk', `http-check send meth GET uri ${path} ver HTTP/1.1 hdr Host gateway.example`],
});
const checks: Readonly<Record<string, readonly string[]>> = {
  bare: ['option httpchk'],
  server: ['option httpchk OPTIONS *'],
  ...forms('/healthz'),
  ...Object.fromEntries(Object.entries(forms('/readyz')).map(([name, lines]) => [`ready-${name}`, lines])),
};
const names = Object.keys(checks);
const statesOf = (stateOf: (name: string) => string): Record<string, string> =>
  Object.fromEntries(names.map((name) => [`${name}/one`, stateOf(name)]));

testWithHaproxy(
  'HAProxy sees by each form of its checks whether the gateway is alive, or ready',
  async () => {
    const clock = createManualClock();
    await using gateway = await startGateway({ environment: everywhere, clock });
    gateway.upstream.addFault('accessToken', { kind: 'html', status: 502 });
    const port = await freePort();
    const backends = names.map((name) => {
      const lines = [
        ...checks[name]!,
        `server one 127.0.0.1:${portOf(gateway)} check inter 50ms fall 1 rise 1`,
      ];
      return `backend ${name}\n mode http\n ${lines.join('\n ')}\n`;
    });
    await using haproxy = await startHaproxy(
      `frontend clients\n mode http\n bind 127.0.0.1:${port}\n use_backend %[req.hdr(x-backend)]\n${backends.join('')}`,
      port,
    );

    await settlesAt(
      haproxy,
      statesOf((name) => (name.startsWith('ready') ? 'DOWN L7STS 503' : 'UP L7OK 200')),
    );
    gateway.upstream.clearFaults();
    clock.advance(60_000);
    await settlesAt(
      haproxy,
      statesOf(() => 'UP L7OK 200'),
    );
    gateway.upstream.clearCalls();
    for (const name of names) expect(await ask(haproxy, { 'x-backend': name })).toEqual(answer);
    expect(gateway.upstream.calls.map(({ api }) => api)).toEqual(names.map(() => 'conversationSpace'));

    await gateway.close();
    await settlesAt(
      haproxy,
      statesOf(() => 'DOWN L4CON'),
    );
  },
);

testWithHaproxy('the HAProxy of docs/deployment.md leaves out a replica that stops', async () => {
  await using one = await startGateway({ environment: everywhere });
  await using two = await startGateway({ environment: everywhere });
  const port = await freePort();
  const config = blockOf('haproxy', { 8080: String(port), 4000: portOf(one), 4001: portOf(two) });
  await using haproxy = await startHaproxy(config.replaceAll('inter 2s', 'inter 50ms'), port);

  await settlesAt(haproxy, { 'gateway/one': 'UP L7OK 200', 'gateway/two': 'UP L7OK 200' });
  await one.close();
  await settlesAt(haproxy, { 'gateway/one': 'DOWN L4CON', 'gateway/two': 'UP L7OK 200' });

  expect(await ask(haproxy)).toEqual(answer);
  expect(await fetch(`${haproxy.url}/metrics`)).toHaveProperty('status', 403);
  expect(one.upstream.callsTo('conversationSpace')).toHaveLength(0);
  expect(two.upstream.callsTo('conversationSpace')).toHaveLength(1);
});

testWithNginx('the nginx of docs/deployment.md passes over a replica that has stopped', async () => {
  await using one = await startGateway({ environment: everywhere });
  await using two = await startGateway({ environment: { ...everywhere, ALLOWED_HOSTS: 'gateway.example' } });
  const port = await freePort();
  const config = blockOf('nginx', { 8080: String(port), 4000: portOf(one), 4001: portOf(two) });
  await using nginx = await startNginx(config, port);

  for (let index = 0; index < 2; index += 1) expect(await ask(nginx)).toEqual(answer);
  expect(one.upstream.callsTo('conversationSpace')).toHaveLength(1);
  expect(two.upstream.callsTo('conversationSpace')).toHaveLength(1);

  await one.close();
  for (let index = 0; index < 2; index += 1) expect(await ask(nginx)).toEqual(answer);
  expect(two.upstream.callsTo('conversationSpace')).toHaveLength(3);
  expect(await fetch(`${nginx.url}/metrics`)).toHaveProperty('status', 403);
});

testWithNginx.each([
  ['with the name of its upstream', ''],
  ['without a Host', 'proxy_set_header Host "";'],
])('nginx may ask by HTTP/1.0, %s', async (_how, line) => {
  await using gateway = await startGateway({ environment: everywhere });
  const port = await freePort();
  await using nginx = await startNginx(
    `upstream gateway_replicas { server 127.0.0.1:${portOf(gateway)}; }
     server { listen 127.0.0.1:${port}; location / { proxy_pass http://gateway_replicas; ${line} } }`,
    port,
  );

  expect(await ask(nginx)).toEqual(answer);
  expect(await fetch(`${nginx.url}/readyz`)).toHaveProperty('status', 200);
  expect(gateway.upstream.calls.map(({ api }) => api)).toEqual(['accessToken', 'conversationSpace']);
});

/** Asks through `balancer` for one space that exists and one that cannot. */
async function askForTwo({ url }: LoadBalancer): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({
      query: `{ good: ${query.slice(2, -2)} bad: conversationSpace(openConversationId: "") { spaceId } }`,
    }),
  });
  const { data } = (await response.json()) as { data: unknown };
  return [response.status, response.statusText, response.headers.get('content-type'), data];
}

const partialAnswer = [
  294,
  'Partial Success',
  'application/graphql-response+json; charset=utf-8',
  { good: { spaceId: '798xxxxx' }, bad: null },
];

testWithHaproxy('HAProxy passes on a partial success', async () => {
  await using one = await startGateway({ environment: everywhere });
  const port = await freePort();
  const config = blockOf('haproxy', { 8080: String(port), 4000: portOf(one), 4001: portOf(one) });
  await using haproxy = await startHaproxy(config.replaceAll('inter 2s', 'inter 50ms'), port);
  await settlesAt(haproxy, { 'gateway/one': 'UP L7OK 200', 'gateway/two': 'UP L7OK 200' });

  expect(await askForTwo(haproxy)).toEqual(partialAnswer);
});

testWithNginx('nginx passes on a partial success', async () => {
  await using one = await startGateway({ environment: everywhere });
  const port = await freePort();
  const config = blockOf('nginx', { 8080: String(port), 4000: portOf(one), 4001: portOf(one) });
  await using nginx = await startNginx(config, port);

  expect(await askForTwo(nginx)).toEqual(partialAnswer);
});
