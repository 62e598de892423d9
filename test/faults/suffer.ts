import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from '@jest/globals';
import type { PublicCode } from '../../src/errors/codes.ts';
import type { Fault, SandboxApi } from '../../src/sandbox/sandbox.ts';
import { samplesOf, scrape } from '../metrics/scrape.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';
import { createRunningClock, type RunningClock } from './running-clock.ts';

/** Generous, for failures on a busy machine. No test waits for its end: the clock is moved. */
export const deadlineMs = 3000;
const graceMs = 500;
const maxCalls = 3;

export const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';
export const example = { id: 'cid9FTRQSLo+sKxxxx' };
export const found = { data: { conversationSpace: { spaceId: '798xxxxx' } } };

export interface World {
  readonly gateway: GatewayUnderTest;
  readonly clock: RunningClock;
}

/** A fault, and the behaviour that a client must see. */
export interface FaultCase {
  readonly name: string;
  /** Starts the fault. */
  readonly begin: (world: World) => void | Promise<void>;
  /** Ends the fault. Faults and latency of the stand-in are cleared in any case. */
  readonly end?: (world: World) => void | Promise<void>;
  /** The code that the client gets; `ok` for the right answer. */
  readonly code: PublicCode | 'ok' | readonly (PublicCode | 'ok')[];
  readonly dingtalk?: object;
  /** True: the gateway has no token and no connection when the fault starts. */
  readonly cold?: boolean;
  readonly environment?: NodeJS.ProcessEnv;
  /** For a fault that hangs calls: at the first call to this API the clock is moved to the deadline. */
  readonly hangsAt?: SandboxApi | undefined;
  /** The time of recovery after the end of the fault, beyond `retryAfterMs` of the answer. */
  readonly recoverAfterMs?: number;
  /** True: the fault cannot be ended. */
  readonly endless?: boolean;
}

/** Faults of the stand-in that last until they are cleared. */
export const faulty =
  (fault: Fault, api: SandboxApi = 'conversationSpace'): FaultCase['begin'] =>
  ({ gateway }) =>
    gateway.upstream.addFault(api, fault);

/** Runs the fault and expects the right code in time, few calls, nothing left running, and a recovery. */
export async function suffer(fault: FaultCase): Promise<void> {
  const clock = createRunningClock();
  await using gateway = await startGateway({
    clock,
    environment: { UPSTREAM_TIMEOUT_MS: String(deadlineMs), ...fault.environment },
  });
  const world = { gateway, clock };
  if (fault.cold !== true) expect((await gateway.query(lookup, example)).body).toEqual(found);
  gateway.upstream.clearCalls();
  await fault.begin(world);

  const stalls = measureStalls();
  const beganMs = performance.now();
  const asked = gateway.query(lookup, example);
  if (fault.hangsAt) {
    await gateway.upstream.waitForCalls(fault.hangsAt, 1);
    clock.jump(deadlineMs);
  }
  const { status, body } = await asked;
  const tookMs = performance.now() - beganMs - stalls.end();

  const failure = body.errors?.[0]?.extensions;
  const code: string = failure?.code ?? 'ok';
  expect(status).toBe(200);
  expect([fault.code].flat()).toContain(code);
  expect(body.data).toEqual(code === 'ok' ? found.data : { conversationSpace: null });
  if (fault.dingtalk) expect(failure.dingtalk ?? {}).toMatchObject(fault.dingtalk);
  expect(tookMs).toBeLessThan(deadlineMs + graceMs);
  expect(gateway.upstream.callsTo('conversationSpace').length).toBeLessThanOrEqual(maxCalls);
  await nothingLeft(gateway);

  if (fault.endless === true) return;
  gateway.upstream.clearFaults();
  gateway.upstream.setLatency(0);
  await fault.end?.(world);
  clock.jump((failure?.retryAfterMs ?? 0) + (fault.recoverAfterMs ?? 0));
  expect((await gateway.query(lookup, example)).body).toEqual(found);
  await nothingLeft(gateway);
}

/** Waits until no call is running: the stand-in notices an aborted call a moment later. */
async function nothingLeft(gateway: GatewayUnderTest): Promise<void> {
  while (gateway.upstream.inFlight > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const inFlight = samplesOf(await scrape(gateway.url), 'dingtalk_gateway_upstream_calls_in_flight');
  expect(Object.values(inFlight).filter((calls) => calls > 0)).toEqual([]);
}

/** Measures how long this process could not run: a busy machine must not fail the test. */
function measureStalls(): { end(): number } {
  const everyMs = 20;
  let lastMs = performance.now();
  let stalledMs = 0;
  const look = (): void => {
    const nowMs = performance.now();
    stalledMs += Math.max(0, nowMs - lastMs - everyMs);
    lastMs = nowMs;
  };
  const timer = setInterval(look, everyMs);
  return {
    end() {
      clearInterval(timer);
      look();
      return stalledMs;
    },
  };
}

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The memory in use after a garbage collection. */
export function usedMegabytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}
