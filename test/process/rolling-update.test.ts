import { expect } from '@jest/globals';
import http from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { freePort } from '../../scripts/support/free-port.ts';
import { codeBlocks } from '../support/code-blocks.ts';
import { eventually } from '../support/eventually.ts';
import { startProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { startHaproxy, testWithHaproxy, type Haproxy } from '../support/load-balancers.ts';
import { readPage } from '../support/pages.ts';

const query = '{ conversationSpace(openConversationId: "cid9FTRQSLo+sKxxxx") { spaceId } }';
const body = JSON.stringify({ query });
const found = '{"data":{"conversationSpace":{"spaceId":"798xxxxx"}}}';
const clients = 16;

/** The HAProxy of docs/deployment.md checks every two seconds; the test twenty times as often. */
async function haproxyBefore(ports: readonly [number, number], port: number): Promise<Haproxy> {
  const config = codeBlocks(await readPage('docs/deployment.md'), 'haproxy')
    .join('\n')
    .replaceAll(':8080', `:${port}`)
    .replaceAll(':4000', `:${ports[0]}`)
    .replaceAll(':4001', `:${ports[1]}`)
    .replaceAll('inter 2s', 'inter 100ms');
  return startHaproxy(config, port);
}

async function startReplica(port: number): Promise<GatewayProcess> {
  const run = startProcess([process.execPath, 'dist/main.js'], {
    HOST: '127.0.0.1',
    PORT: String(port),
    SHUTDOWN_DELAY_MS: '1500',
  });
  await run.url;
  return run;
}

testWithHaproxy('a rolling update behind the HAProxy of docs/deployment.md loses no request', async () => {
  const ports = [await freePort(), await freePort()] as const;
  const replicas = [await startReplica(ports[0]), await startReplica(ports[1])];
  const port = await freePort();
  await using haproxy = await haproxyBefore(ports, port);
  const bothUp = async (): Promise<boolean> =>
    Object.values(await haproxy.states()).every((state) => /^UP (?:\* )?L7OK/.test(state));
  await eventually(bothUp);

  const agent = new http.Agent({ keepAlive: true, maxSockets: clients });
  let isOver = false;
  let sent = 0;
  const lost: unknown[] = [];
  async function ask(): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const request = http.request(`${haproxy.url}/graphql`, { method: 'POST', agent, headers });
    request.end(body);
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    const answer = [response.statusCode, await text(response)];
    if (answer[0] !== 200 || answer[1] !== found) lost.push(answer);
  }
  async function keepAsking(): Promise<void> {
    while (!isOver) {
      sent += 1;
      await ask().catch((error: unknown) => lost.push(String(error)));
    }
  }

  const asking = Array.from({ length: clients }, keepAsking);
  for (const [index, replica] of replicas.entries()) {
    const before = sent;
    await eventually(() => sent > before + 200);
    replica.child.kill('SIGTERM');
    expect(await replica.ended).toBe(0);
    replicas[index] = await startReplica(ports[index]!);
    await eventually(bothUp);
  }
  isOver = true;
  await Promise.all(asking);
  agent.destroy();
  for (const replica of replicas) await replica[Symbol.asyncDispose]();

  console.info(`Rolling update of two replicas: ${sent} requests, ${lost.length} lost.`);
  expect(lost).toEqual([]);
  expect(sent).toBeGreaterThan(400);
});
