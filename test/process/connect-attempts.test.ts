import net from 'node:net';
import { afterAll, expect, test } from '@jest/globals';
import { limitConnectAttempts } from '../../src/process/connect-attempts.ts';

const byDefault = net.getDefaultAutoSelectFamilyAttemptTimeout();
afterAll(() => net.setDefaultAutoSelectFamilyAttemptTimeout(byDefault));

test.each([
  { upstreamTimeoutMs: 600_000, attemptMs: 1000 },
  { upstreamTimeoutMs: 5000, attemptMs: 1000 },
  { upstreamTimeoutMs: 3000, attemptMs: 1000 },
  { upstreamTimeoutMs: 1000, attemptMs: 334 },
  // Node's shortest.
  { upstreamTimeoutMs: 1, attemptMs: 10 },
])(
  'with a deadline of $upstreamTimeoutMs ms each address but the last has $attemptMs ms',
  ({ upstreamTimeoutMs, attemptMs }) => {
    limitConnectAttempts(upstreamTimeoutMs);

    expect(net.getDefaultAutoSelectFamilyAttemptTimeout()).toBe(attemptMs);
  },
);
