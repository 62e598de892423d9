import type { Logger } from 'pino';
import type { Clock } from '../async/clock.ts';
import { Deadline } from '../async/deadline.ts';
import type { Signal } from '../async/abort.ts';
import type { DingTalkStatus } from '../domain/dingtalk-status.ts';
import { DingTalkError } from '../errors/dingtalk-error.ts';
import { IdentitySourceError } from '../errors/identity-source-error.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import type { ReadinessCheck } from './health.route.ts';

interface ReadinessOptions {
  readonly dingtalk: {
    readonly status: Pick<DingTalkStatus, 'breakerState'>;
    /** Throws when the gateway cannot get an access token. */
    checkToken(signal: Signal): Promise<void>;
  };
  readonly authenticator: Pick<Authenticator, 'checkSource'>;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly log: Logger;
}

const noToken = 'cannot get an access token from DingTalk';
const noKeys = "cannot get the issuer's keys";

export interface Readiness {
  readonly whyNotReady: ReadinessCheck;
  /** Not ready from now on, so that load balancers stop sending requests. */
  startDraining(): void;
}

export function createReadiness(options: ReadinessOptions): Readiness {
  const { dingtalk, authenticator, clock, timeoutMs, log } = options;
  let draining = false;
  const failed = new Set<string>();

  /** Returns `problem` if the check fails. */
  async function problemOf(
    problem: string,
    check: (signal: Signal) => Promise<void> | undefined,
  ): Promise<string | undefined> {
    using deadline = new Deadline(clock, timeoutMs);
    try {
      await check(deadline.signal);
      failed.delete(problem);
      return undefined;
    } catch (error) {
      // Logged once: probes come every few seconds.
      if (!failed.has(problem)) log.error({ reason: toReason(error) }, problem);
      failed.add(problem);
      return problem;
    }
  }

  return {
    async whyNotReady() {
      if (draining) return ['the gateway is shutting down'];
      // Ready while half-open: only traffic shows whether DingTalk has recovered.
      const isFailing = dingtalk.status.breakerState === 'open';
      const problems = await Promise.all([
        problemOf(noToken, (signal) => dingtalk.checkToken(signal)),
        problemOf(noKeys, (signal) => authenticator.checkSource?.(signal)),
      ]);
      const reasons = [...problems, isFailing ? 'DingTalk is failing' : undefined];
      return reasons.filter((reason) => reason !== undefined);
    },
    startDraining() {
      draining = true;
    },
  };
}

function toReason(error: unknown): object {
  if (error instanceof DingTalkError) return { kind: error.kind, ...error.details };
  return error instanceof IdentitySourceError ? { message: error.message } : { kind: 'unforeseen' };
}
