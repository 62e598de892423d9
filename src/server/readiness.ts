import type { Logger } from 'pino';
import type { Clock } from '../async/clock.ts';
import { Deadline } from '../async/deadline.ts';
import type { Signal } from '../async/abort.ts';
import type { DingTalkStatus } from '../domain/dingtalk-status.ts';
import { DingTalkError } from '../errors/dingtalk-error.ts';
import { IdentitySourceError } from '../errors/identity-source-error.ts';
import { kinds } from '../errors/kinds.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import type { ReadinessCheck } from './health.route.ts';

interface ReadinessOptions {
  readonly dingtalk: {
    readonly status: Pick<DingTalkStatus, 'hasToken'>;
    /** Throws when the gateway lacks what it needs for every access token. */
    checkApplication(): Promise<void>;
    /** Throws when it cannot get one. */
    checkToken(signal: Signal): Promise<void>;
  };
  readonly authenticator: Pick<Authenticator, 'checkSource' | 'hasSource'>;
  /** Whether anything can be served without a call. */
  readonly remembers: () => boolean;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly log: Logger;
}

const draining = 'the gateway is shutting down';
const noToken = 'cannot get an access token from DingTalk';
const noKeys = "cannot get the issuer's keys";

/**
 * Whether this process can serve. DingTalk's failures are not its own: once it has had an access token it stays ready,
 * for that is when what it remembers must be served, until DingTalk refuses its credentials and nothing is left to serve.
 */
export interface Readiness {
  /** Gets what is missing first, if it can. */
  readonly whyNotReady: ReadinessCheck;
  /** The same as far as is known now, without a call. */
  reasons(): readonly string[];
  /** Not ready from now on, so that load balancers stop sending requests. */
  startDraining(): void;
  readonly isDraining: boolean;
}

export function createReadiness(options: ReadinessOptions): Readiness {
  const { dingtalk, authenticator, remembers, clock, timeoutMs, log } = options;
  let isDraining = false;
  let hadToken = false;
  /** Whether, at the latest check, the gateway lacked what it needs to ask for a token. */
  let isIncomplete = false;
  /** Whether DingTalk, at the latest check, refused what the gateway is configured with. */
  let isRefused = false;
  const failed = new Set<string>();

  /** Returns what the check throws. */
  async function failureOf(
    problem: string,
    check: (signal: Signal) => Promise<void> | undefined,
  ): Promise<unknown> {
    using deadline = new Deadline(clock, timeoutMs);
    try {
      await check(deadline.signal);
      failed.delete(problem);
      return undefined;
    } catch (error) {
      // Logged once: probes come every few seconds.
      if (!failed.has(problem)) log.error({ reason: toReason(error) }, problem);
      failed.add(problem);
      return error;
    }
  }

  async function checkToken(): Promise<void> {
    let isComplete = false;
    const failure = await failureOf(noToken, async (signal) => {
      // Also while a token lives: without a suite's ticket it is the last one.
      await dingtalk.checkApplication();
      isComplete = true;
      await dingtalk.checkToken(signal);
    });
    isIncomplete = !isComplete;
    if (failure === undefined) hadToken = true;
    isRefused = failure instanceof DingTalkError && !kinds[failure.kind].passing;
  }

  function canCall(): boolean {
    if (dingtalk.status.hasToken()) return (hadToken = true);
    return hadToken && !isRefused;
  }

  function reasons(): readonly string[] {
    if (isDraining) return [draining];
    const isIdentityMissing = authenticator.hasSource?.() === false;
    const isTokenMissing = isIncomplete || (!canCall() && !(hadToken && remembers()));
    return [...(isTokenMissing ? [noToken] : []), ...(isIdentityMissing ? [noKeys] : [])];
  }

  return {
    async whyNotReady() {
      if (!isDraining) {
        await Promise.all([checkToken(), failureOf(noKeys, (signal) => authenticator.checkSource?.(signal))]);
      }
      return reasons();
    },
    reasons,
    startDraining() {
      isDraining = true;
    },
    get isDraining() {
      return isDraining;
    },
  };
}

function toReason(error: unknown): object {
  if (error instanceof DingTalkError) return { kind: error.kind, ...error.details };
  return error instanceof IdentitySourceError ? { message: error.message } : { kind: 'unforeseen' };
}
