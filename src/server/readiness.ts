import type { Logger } from 'pino';
import type { Clock } from '../async/clock.ts';
import type { AccessTokens } from '../dingtalk/tokens/token-cache.ts';
import type { Breaker } from '../dingtalk/resilience/circuit-breaker.ts';
import { startDeadline } from '../async/deadline.ts';
import { DingTalkError } from '../errors/dingtalk-error.ts';
import type { ReadinessCheck } from './health.route.ts';

interface ReadinessOptions {
  /** True for a suite without an organization of its own: only viewers' organizations have tokens. */
  readonly corpIdRequired: boolean;
  readonly tokens: AccessTokens;
  readonly breaker: Breaker;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly log: Logger;
}

export interface Readiness {
  readonly whyNotReady: ReadinessCheck;
  /** From now on not ready, so that whoever balances the load looks elsewhere. */
  startDraining(): void;
}

export function createReadiness(options: ReadinessOptions): Readiness {
  const { corpIdRequired, tokens, breaker, clock, timeoutMs, log } = options;
  let draining = false;
  let tokenFailed = false;

  async function tokenProblem(): Promise<string | undefined> {
    using deadline = startDeadline(clock, timeoutMs);
    try {
      // Also while a token lives: without a ticket it is the last one.
      await tokens.check();
      if (!corpIdRequired) await tokens.get(undefined, deadline.signal);
      tokenFailed = false;
      return undefined;
    } catch (error) {
      // Told once: probes come every few seconds.
      if (!tokenFailed) log.error({ reason: toReason(error) }, 'no access token can be had from DingTalk');
      tokenFailed = true;
      return 'no access token can be had from DingTalk';
    }
  }

  return {
    async whyNotReady() {
      if (draining) return ['the gateway is shutting down'];
      // Ready while half-open: only traffic tells whether DingTalk is well again.
      const isFailing = breaker.state === 'open';
      const reasons = [await tokenProblem(), isFailing ? 'DingTalk is failing' : undefined];
      return reasons.filter((reason) => reason !== undefined);
    },
    startDraining() {
      draining = true;
    },
  };
}

const toReason = (error: unknown): object =>
  error instanceof DingTalkError ? { kind: error.kind, ...error.details } : { kind: 'unforeseen' };
