import type { Logger } from 'pino';
import type { Clock } from '../async/clock.ts';
import { Deadline } from '../async/deadline.ts';
import type { Signal } from '../async/abort.ts';
import type { DingTalkStatus } from '../domain/dingtalk-status.ts';
import { DingTalkError } from '../errors/dingtalk-error.ts';
import type { ReadinessCheck } from './health.route.ts';

interface ReadinessOptions {
  readonly dingtalk: {
    readonly status: Pick<DingTalkStatus, 'breakerState'>;
    /** Throws when the gateway cannot get an access token. */
    checkToken(signal: Signal): Promise<void>;
  };
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly log: Logger;
}

const noToken = 'cannot get an access token from DingTalk';

export interface Readiness {
  readonly whyNotReady: ReadinessCheck;
  /** Not ready from now on, so that load balancers stop sending requests. */
  startDraining(): void;
}

export function createReadiness(options: ReadinessOptions): Readiness {
  const { dingtalk, clock, timeoutMs, log } = options;
  let draining = false;
  let tokenFailed = false;

  async function tokenProblem(): Promise<string | undefined> {
    using deadline = new Deadline(clock, timeoutMs);
    try {
      await dingtalk.checkToken(deadline.signal);
      tokenFailed = false;
      return undefined;
    } catch (error) {
      // Logged once: probes come every few seconds.
      if (!tokenFailed) log.error({ reason: toReason(error) }, noToken);
      tokenFailed = true;
      return noToken;
    }
  }

  return {
    async whyNotReady() {
      if (draining) return ['the gateway is shutting down'];
      // Ready while half-open: only traffic shows whether DingTalk has recovered.
      const isFailing = dingtalk.status.breakerState === 'open';
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
