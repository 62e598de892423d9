import type { Clock } from '../../async/clock.ts';
import { createBan, type Ban } from './ip-ban.ts';
import { createBreaker, type Breaker } from './circuit-breaker.ts';
import type { UpstreamClient } from '../http/client.ts';
import { createGuardedClient } from './guarded-client.ts';
import { createQuotaGate, type QuotaGate } from './quota-gate.ts';

/** What keeps calls from a DingTalk that would not answer them: one failure speaks for the calls to come. */
export interface Protection {
  /** For all calls to DingTalk, whatever they ask. */
  readonly client: UpstreamClient;
  readonly breaker: Breaker;
  readonly ban: Ban;
  readonly quota: QuotaGate;
}

interface ProtectionOptions {
  readonly clock: Clock;
  /** The whole deadline of one lookup. */
  readonly timeoutMs: number;
  /** False: every call goes through, and what came of the ones before is forgotten. */
  readonly protectHost: boolean;
}

/** A probe that fails at the very end of its deadline is to count. */
const probeGraceMs = 1000;

export function createProtection(client: UpstreamClient, options: ProtectionOptions): Protection {
  const { clock, timeoutMs, protectHost } = options;
  const breaker = createBreaker(clock, timeoutMs + probeGraceMs);
  const ban = createBan(clock);
  return {
    client: protectHost ? createGuardedClient(client, { ban, breaker, clock, timeoutMs }) : client,
    breaker,
    ban,
    quota: protectHost ? createQuotaGate(clock) : openGate,
  };
}

const openGate: QuotaGate = {
  check: () => undefined,
  enter: () => () => undefined,
};
