import { expect, test } from '@jest/globals';
import { createBreaker, type Breaker, type Outcome } from '../../src/dingtalk/breaker.ts';
import { createManualClock } from '../support/manual-clock.ts';

const probeMs = 5000;

function breakerUnderTest() {
  const clock = createManualClock();
  return { clock, breaker: createBreaker(clock, probeMs) };
}

function end(breaker: Breaker, outcome: Outcome, times = 1): void {
  for (let call = 0; call < times; call += 1) breaker.enter()(outcome);
}

test('opens when more than half of the latest calls failed, ten at least', () => {
  const { breaker } = breakerUnderTest();
  end(breaker, 'failure', 9);
  expect(breaker.state).toBe('closed');

  end(breaker, 'failure');

  expect(breaker.state).toBe('open');
  expect(() => breaker.enter()).toThrow(
    expect.objectContaining({
      kind: 'unavailable',
      details: expect.objectContaining({ retryAfterMs: 1000 }),
    }),
  );
});

test('stays closed while half of the latest twenty are well', () => {
  const { breaker } = breakerUnderTest();
  for (let pair = 0; pair < 50; pair += 1) {
    end(breaker, 'success');
    end(breaker, 'failure');
  }
  expect(breaker.state).toBe('closed');

  end(breaker, 'failure');
  expect(breaker.state).toBe('open');
});

test('what tells nothing is not counted', () => {
  const { breaker } = breakerUnderTest();
  end(breaker, 'unknown', 100);
  expect(breaker.state).toBe('closed');

  end(breaker, 'failure', 10);
  expect(breaker.state).toBe('open');
});

test('lets one call through after a second, and closes when it is well', () => {
  const { breaker, clock } = breakerUnderTest();
  end(breaker, 'failure', 10);
  clock.advance(999);
  expect(breaker.state).toBe('open');

  clock.advance(1);
  expect(breaker.state).toBe('half-open');
  const probed = breaker.enter();
  expect(() => breaker.check()).toThrow(expect.objectContaining({ kind: 'unavailable' }));
  probed('success');

  expect(breaker.state).toBe('closed');
  end(breaker, 'failure', 9);
  expect(breaker.state).toBe('closed');
});

test('stays open twice as long after each probe that fails, for half a minute at most', () => {
  const { breaker, clock } = breakerUnderTest();
  end(breaker, 'failure', 10);
  for (const openMs of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
    clock.advance(openMs - 1);
    expect(breaker.state).toBe('open');
    clock.advance(1);
    expect(breaker.state).toBe('half-open');
    end(breaker, 'failure');
  }
});

test('a probe that tells nothing, or does not end, makes room for the next one', () => {
  const { breaker, clock } = breakerUnderTest();
  end(breaker, 'failure', 10);
  clock.advance(1000);

  end(breaker, 'unknown');
  const lost = breaker.enter();
  clock.advance(probeMs);
  const next = breaker.enter();
  lost('failure');
  expect(breaker.state).toBe('half-open');
  next('success');

  expect(breaker.state).toBe('closed');
});

test('calls that were made before it opened neither open it again nor close it', () => {
  const { breaker, clock } = breakerUnderTest();
  const [failingLate, wellLate] = [breaker.enter(), breaker.enter()];
  end(breaker, 'failure', 10);

  wellLate('success');
  expect(breaker.state).toBe('open');
  failingLate('failure');
  clock.advance(1000);
  expect(breaker.state).toBe('half-open');
});
