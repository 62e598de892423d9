import { createAccessRules } from './access-rules.ts';
import { createAccessTokens } from './access-tokens.ts';
import { createCallLog } from './call-log.ts';
import { createAppSecrets } from './app-secrets.ts';
import { sandboxCredentials } from './credentials.ts';
import type { Fault } from './fault.ts';
import { createFaultQueue } from './fault-queue.ts';
import { createFirstAsks } from './files/first-asks.ts';
import { createObjectSigner } from './files/object-signer.ts';
import { createHttpServer } from './http-server.ts';
import { createOneTimeCodes } from './sign-in/one-time-codes.ts';
import { createRateLimit } from './rate-limit.ts';
import { createCallReader } from './read-call.ts';
import type { SandboxApi } from './routes.ts';
import type { SandboxCall } from './sandbox-call.ts';
import type { SandboxOptions } from './sandbox-options.ts';
import { createTimers } from './timers.ts';
import { createTraffic } from './traffic.ts';

export type { Fault } from './fault.ts';
export type { SandboxApi } from './routes.ts';
export type { SandboxCall } from './sandbox-call.ts';
export type { SandboxOptions } from './sandbox-options.ts';

/** A running stand-in DingTalk. */
export interface Sandbox {
  readonly url: string;
  /** Every request that arrived, oldest first, as a live list of at most the latest 10,000. */
  readonly calls: readonly SandboxCall[];
  callsTo(api: SandboxApi): readonly SandboxCall[];
  /** Resolves when that many calls have arrived since the start or the last `clearCalls`. */
  waitForCalls(api: SandboxApi, count: number): Promise<void>;
  clearCalls(): void;
  /** Sets the wait before each answer, of one API or of all. */
  setLatency(ms: number, api?: SandboxApi): void;
  /** Queues a fault for the next `times` calls, or for all until cleared. */
  addFault(api: SandboxApi, fault: Fault, times?: number): void;
  clearFaults(): void;
  /** Invalidates every issued token; the fixed user tokens stay valid. */
  expireTokens(): void;
  /** Sets the life of tokens issued or renewed from now on. */
  setTokenLifeSeconds(seconds: number): void;
  /** Replaces the secrets of both apps, as DingTalk's console does. Issued tokens stay valid. */
  setSecrets(...secrets: readonly string[]): void;
  /** Refuses one operator for one id: of a conversation, a chat, a space, a file or a folder. */
  denyAccess(unionId: string, id: string): void;
  allowAccess(unionId: string, id: string): void;
  /** Requests whose answer is not finished and whose client is still there. */
  readonly inFlight: number;
  /** Requests whose client left before the answer was finished. */
  readonly abortedCalls: number;
  /** Stops at once, hanging connections included. May be called twice. */
  close(): Promise<void>;
}

/** Starts a stand-in DingTalk: a real HTTP server with its tokens, limits and errors. Rejects if the port is taken. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const nowMs = options.nowMs ?? (() => performance.now());
  const tokens = createAccessTokens(options.tokenLifeSeconds ?? 7200, nowMs);
  const takeCall = createRateLimit(options.callsPerSecond ?? 20, nowMs);
  const rules = createAccessRules();
  const secrets = createAppSecrets();
  const users = options.users ?? sandboxCredentials.users;
  const log = createCallLog();
  const faults = createFaultQueue();
  const timers = createTimers();
  const traffic = createTraffic({ readCall: createCallReader(nowMs), log, faults, timers });
  const useCode = createOneTimeCodes();
  const files = { isFirstAsk: createFirstAsks(), signer: createObjectSigner(nowMs) };
  const state = { tokens, takeCall, rules, users, isSecretOf: secrets.isSecretOf, useCode, ...files };
  const app = createHttpServer(traffic, state, options.keepConnectionsMs);
  const url = await app.listen({ host: options.host ?? '127.0.0.1', port: options.port ?? 0 });

  return {
    url,
    calls: log.calls,
    callsTo: (api) => log.calls.filter((call) => call.api === api),
    waitForCalls: (api, count) => log.waitFor(api, count),
    clearCalls: () => {
      log.clear();
    },
    setLatency: (ms, api) => {
      traffic.setLatency(ms, api);
    },
    addFault: (api, fault, times = Infinity) => {
      faults.add(api, fault, times);
    },
    clearFaults: () => {
      faults.clear();
    },
    expireTokens: () => {
      tokens.expireAll();
    },
    setTokenLifeSeconds: (seconds) => {
      tokens.setLifeSeconds(seconds);
    },
    setSecrets: (...given) => {
      secrets.set(given);
    },
    denyAccess: (unionId, id) => {
      rules.deny(unionId, id);
    },
    allowAccess: (unionId, id) => {
      rules.allow(unionId, id);
    },
    get inFlight() {
      return traffic.inFlight;
    },
    get abortedCalls() {
      return traffic.aborted;
    },
    close: async () => {
      timers.clear();
      traffic.stop();
      app.server.closeAllConnections();
      await app.close();
    },
  };
}
