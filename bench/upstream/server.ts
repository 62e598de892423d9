import { once } from 'node:events';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAccessRules } from '../../src/sandbox/access-rules.ts';
import { createAccessTokens } from '../../src/sandbox/access-tokens.ts';
import { admitAppCall } from '../../src/sandbox/admit-app-call.ts';
import { createAppSecrets } from '../../src/sandbox/app-secrets.ts';
import { createCallLog } from '../../src/sandbox/call-log.ts';
import { createFaultQueue } from '../../src/sandbox/fault-queue.ts';
import { createFirstAsks } from '../../src/sandbox/files/first-asks.ts';
import { createObjectSigner } from '../../src/sandbox/files/object-signer.ts';
import { createHttpServer } from '../../src/sandbox/http-server.ts';
import { createRateLimit } from '../../src/sandbox/rate-limit.ts';
import { createCallReader } from '../../src/sandbox/read-call.ts';
import type { SandboxCall } from '../../src/sandbox/sandbox-call.ts';
import type { SandboxState } from '../../src/sandbox/sandbox-route.ts';
import { createTimers } from '../../src/sandbox/timers.ts';
import { createTraffic, type Traffic } from '../../src/sandbox/traffic.ts';
import { selfSigned } from '../../test/support/self-signed.ts';
import { fileAnswers } from './file-answers.ts';
import { isFileSpace } from './files.ts';
import type { ConnectionCounts, UpstreamAddresses, UpstreamCounts } from './messages.ts';
import { answerSuiteToken } from './organizations.ts';
import { ownerOf, unionIdOf } from './viewers.ts';

/** Often enough that the log of calls, which keeps the latest 10,000, never loses one. */
const tallyEveryMs = 50;
const tokenLifeSeconds = 7200;
const keepConnectionsMs = 600_000;

const nowMs = (): number => performance.now();

/** A running stand-in that counts the calls on behalf of viewers. */
export interface UpstreamServer extends UpstreamAddresses {
  /** Resets the counts, and sets how long each lookup of a conversation takes. */
  begin(latencyMs: number): void;
  /** Refuses these ids to these viewers from now on. */
  deny(pairs: readonly (readonly [viewer: number, id: string])[]): void;
  counts(): UpstreamCounts;
  connections(): ConnectionCounts;
  /** Closes the idle connections over TLS, as a host does after a while. */
  closeIdle(): void;
  close(): Promise<void>;
}

/** Starts the project's stand-in DingTalk without a rate limit, with the benchmark's spaces of files. */
export async function startUpstreamServer(): Promise<UpstreamServer> {
  const rules = createAccessRules();
  const log = createCallLog();
  const timers = createTimers();
  const state: SandboxState = {
    tokens: createAccessTokens(tokenLifeSeconds, nowMs),
    takeCall: createRateLimit(Infinity, nowMs),
    rules,
    users: [],
    isSecretOf: createAppSecrets().isSecretOf,
    isFirstAsk: createFirstAsks(),
    signer: createObjectSigner(nowMs),
    useCode: () => true,
  };
  const traffic = createTraffic({
    readCall: createCallReader(nowMs),
    log,
    faults: createFaultQueue(),
    timers,
  });
  const app = createHttpServer(withFiles(traffic, state), state, keepConnectionsMs);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  // The same routes: what differs is the connection.
  const overTls = https.createServer(
    { ...selfSigned, keepAliveTimeout: keepConnectionsMs },
    (request, response) => app.routing(request, response),
  );
  overTls.listen(0, '127.0.0.1');
  await once(overTls, 'listening');
  const tlsUrl = `https://127.0.0.1:${(overTls.address() as AddressInfo).port}`;
  let calls = 0;
  let foreign = 0;
  let opened = 0;
  let resumed = 0;
  app.server.on('connection', () => {
    opened += 1;
  });
  overTls.on('secureConnection', (socket) => {
    opened += 1;
    if (socket.isSessionReused()) resumed += 1;
  });

  function tally(): void {
    for (const call of log.calls) {
      const { unionId } = call.query;
      if (unionId === undefined) continue;
      calls += 1;
      const owner = ownerOf(idIn(call));
      if (owner !== undefined && owner !== unionId) foreign += 1;
    }
    log.clear();
  }
  const tallying = setInterval(tally, tallyEveryMs).unref();

  return {
    url,
    tlsUrl,
    begin(latencyMs) {
      tally();
      calls = 0;
      foreign = 0;
      opened = 0;
      resumed = 0;
      traffic.setLatency(latencyMs, 'conversationSpace');
    },
    deny(pairs) {
      for (const [viewer, id] of pairs) rules.deny(unionIdOf(viewer), id);
    },
    counts() {
      tally();
      return { calls, foreign };
    },
    connections: () => ({ opened, resumed }),
    closeIdle: () => overTls.closeIdleConnections(),
    async close() {
      clearInterval(tallying);
      timers.clear();
      traffic.stop();
      app.server.closeAllConnections();
      overTls.closeAllConnections();
      overTls.close();
      await app.close();
    },
  };
}

/** The same traffic, in which the benchmark's spaces of files and its organizations have their own answers. */
const withFiles = (traffic: Traffic, state: SandboxState): Traffic => ({
  ...traffic,
  serve(api, request, reply, honest) {
    const params = request.params as Readonly<Record<string, string>>;
    if (api === 'corpAccessToken') {
      traffic.serve(api, request, reply, (call) => answerSuiteToken(call, state));
      return;
    }
    const answer = isFileSpace(params['spaceId'] ?? '') ? fileAnswers[api] : undefined;
    traffic.serve(api, request, reply, (call) => {
      if (answer === undefined) return honest(call);
      const admission = admitAppCall({ call, params, operator: 'unionId' }, state);
      return 'refusal' in admission ? admission.refusal : answer(call, params);
    });
  },
});

/** What a call asks about: a conversation, or the space of its path. */
function idIn({ api, body, path }: SandboxCall): string {
  if (api === 'conversationSpace')
    return String((body as { openConversationId?: unknown }).openConversationId);
  return decodeURIComponent(/\/spaces\/([^/]+)/.exec(path)?.[1] ?? '');
}
