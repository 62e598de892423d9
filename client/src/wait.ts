import { gatewayErrorsOf, type GatewayError } from './gateway-error.ts';

export interface WaitOptions {
  /** Errors that ask for a longer wait are not waited for; five seconds by default. */
  readonly longestWaitMs?: number;
  /** Ends a wait. */
  readonly signal?: AbortSignal | undefined;
  /** Resolves after `ms`, and rejects with the signal's reason once it is aborted. For tests. */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export interface AttemptOptions extends WaitOptions {
  /** How often one operation is sent at most, the first time included: 1 to 10, three by default. */
  readonly attempts?: number;
}

const defaultLongestWaitMs = 5000;
/** The wait where a router has dropped `retryAfterMs`. */
const defaultWaitMs = 1000;
/** A longer timer of JavaScript fires at once. */
const longestTimerMs = 2 ** 31 - 1;
const mostAttempts = 10;

/**
 * How long to wait before the same operation is sent again, in milliseconds; undefined where waiting does not help or
 * takes longer than `longestWaitMs`. `failure` is what {@link gatewayErrorsOf} takes.
 */
export function waitMsOf(
  failure: unknown,
  { longestWaitMs = defaultLongestWaitMs }: Pick<WaitOptions, 'longestWaitMs'> = {},
): number | undefined {
  const longestMs = Math.min(longestWaitMs, longestTimerMs);
  const waitsMs = gatewayErrorsOf(failure)
    .map((error) => askedWaitMs(error))
    .filter((ms): ms is number => ms !== undefined && ms <= longestMs);
  return waitsMs.length > 0 ? Math.max(...waitsMs) : undefined;
}

function askedWaitMs({ extensions: { code, retryable, retryAfterMs } }: GatewayError): number | undefined {
  if (!retryable) return undefined;
  if (typeof retryAfterMs === 'number' && retryAfterMs >= 0) return retryAfterMs;
  return code === 'RATE_LIMITED' || code === 'GATEWAY_OVERLOADED' ? defaultWaitMs : undefined;
}

/**
 * Waits as long as the gateway asks for. False, at once, where waiting does not help.
 *
 * @throws the reason of `signal` once it is aborted.
 */
export async function waitFor(failure: unknown, options: WaitOptions = {}): Promise<boolean> {
  const { signal, sleep = sleepFor } = options;
  const ms = waitMsOf(failure, options);
  if (ms === undefined) return false;
  await sleep(ms, signal);
  return true;
}

/**
 * Calls `ask`, and again after each wait that its answer or its error asks for. Returns the last answer, or throws the
 * last error, or the reason of `signal`.
 */
export async function askPatiently<Answer>(
  ask: () => Promise<Answer>,
  options: AttemptOptions = {},
): Promise<Answer> {
  const attempts = attemptsOf(options);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await ask();
      if (attempt === attempts || !(await waitFor(answer, options))) return answer;
    } catch (error) {
      if (attempt === attempts || !(await waitFor(error, options))) throw error;
    }
  }
}

/** @throws a `RangeError` if the number is wrong: an endless repetition would be worse. */
export function attemptsOf({ attempts = 3 }: AttemptOptions): number {
  if (Number.isInteger(attempts) && attempts >= 1 && attempts <= mostAttempts) return attempts;
  throw new RangeError(`attempts is ${attempts}: set a whole number from 1 to ${mostAttempts}.`);
}

/** Resolves after `ms`. Rejects with the signal's reason once it is aborted. */
export function sleepFor(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, ms);
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end, { once: true });
  });
}
