import net from 'node:net';

/** TCP itself repeats a first packet that got no answer after one second. */
const longestAttemptMs = 1000;

/**
 * Sets for the whole process how long a connection waits for each address of a name but the last. Node's default of
 * 250 ms gives up every address that is only far away. The last address may take what is left of the caller's own limit:
 * a third of the deadline leaves room for one dead address, the connection and the call.
 */
export function limitConnectAttempts(upstreamTimeoutMs: number): void {
  const attemptMs = Math.ceil(Math.min(longestAttemptMs, upstreamTimeoutMs / 3));
  net.setDefaultAutoSelectFamilyAttemptTimeout(attemptMs);
}
