import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { AppConfig } from '../config/config.ts';
import type { AccessTokens } from '../dingtalk/access-tokens.ts';
import { startDeadline } from '../dingtalk/deadline.ts';
import { DingTalkError } from '../dingtalk/dingtalk-error.ts';
import type { UpstreamHealth } from '../dingtalk/upstream-health.ts';
import type { ReadinessCheck } from './health.route.ts';

interface ReadinessOptions {
  readonly application: AppConfig;
  readonly tokens: AccessTokens;
  readonly health: UpstreamHealth;
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
  const { application, tokens, health, clock, timeoutMs, log } = options;
  let draining = false;
  let tokenFailed = false;
  // A suite without an organization of its own has a token for each viewer's only.
  const hasOwnToken = application.kind === 'internal' || application.corpId !== undefined;

  async function tokenProblem(): Promise<string | undefined> {
    using deadline = startDeadline(clock, timeoutMs);
    try {
      if (hasOwnToken) await tokens.get(undefined, deadline.signal);
      else await tokens.check();
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
      const reasons = [await tokenProblem(), health.isFailing() ? 'DingTalk is failing' : undefined];
      return reasons.filter((reason) => reason !== undefined);
    },
    startDraining() {
      draining = true;
    },
  };
}

const toReason = (error: unknown): object =>
  error instanceof DingTalkError ? { kind: error.kind, ...error.details } : { kind: 'unforeseen' };
