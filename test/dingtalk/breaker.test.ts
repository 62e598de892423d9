import { expect, test } from '@jest/globals';
import {
  createCircuitBreaker,
  type CircuitBreaker,
  type Outcome,
} from '../../src/dingtalk/resilience/circuit-breaker.ts';
import type { About } from '../../src/dingtalk/call.ts';
import { createManualClock } from '../support/manual-clock.ts';

const probeMs = 5000;

function breakerUnderTest() {
  const clock = createManualClock();
  return { clock, breaker: createCircuitBreaker(clock, probeMs) };
}

const of = (viewer: string, subject: string): About => ({ viewer, subject });

let subjects = 0;
/** A new subject, never looked up before. */
const another = (viewer = 'viewer'): About => of(viewer, `subject ${(subjects += 1)}`);

/** Ends calls of one viewer, each about another subject. */
function end(breaker: CircuitBreaker, outcome: Outcome, times = 1): void {
  for (let call = 0; call < times; call += 1) breaker.enter(another())(outcome);
}

/** Opens the breaker: many viewers, each with another subject that fails. */
function endOutage(breaker: CircuitBreaker): void {
  for (let viewer = 0; viewer < 10 && breaker.state === 'closed'; viewer += 1) {
    breaker.enter(another(`viewer ${viewer}`))('failure');
  }
}

const refusing = (retryAfterMs: number) =>
  expect.objectContaining({
    kind: 'unavailable',
    details: expect.objectContaining({ retryAfterMs }),
  });

function thrownBy(call: () => void): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return error;
  }
}

test('opens when more than half of the latest calls failed, out of ten at least', () => {
  const { breaker } = breakerUnderTest();
  end(breaker, 'failure', 9);
  expect(breaker.state).toBe('closed');

  end(breaker, 'failure');

  expect(breaker.state).toBe('open');
  expect(() => breaker.enter(another())).toThrow(refusing(1000));
});

test('stays closed while half of the latest ten succeed', () => {
  const { breaker } = breakerUnderTest();
  for (let pair = 0; pair < 50; pair += 1) {
    end(breaker, 'success');
    end(breaker, 'failure');
  }
  expect(breaker.state).toBe('closed');

  end(breaker, 'failure');
  expect(breaker.state).toBe('open');
});

test('an unknown outcome is not counted', () => {
  const { breaker } = breakerUnderTest();
  end(breaker, 'unknown', 100);
  expect(breaker.state).toBe('closed');

  end(breaker, 'failure', 10);
  expect(breaker.state).toBe('open');
});

test('lets a probe through after a second, and closes when it succeeds', () => {
  const { breaker, clock } = breakerUnderTest();
  end(breaker, 'failure', 10);
  clock.advance(999);
  expect(breaker.state).toBe('open');

  clock.advance(1);
  expect(breaker.state).toBe('half-open');
  const about = another();
  const probed = breaker.enter(about);
  expect(() => breaker.check(about)).toThrow(expect.objectContaining({ kind: 'unavailable' }));
  probed('success');

  expect(breaker.state).toBe('closed');
  end(breaker, 'failure', 5);
  end(breaker, 'success', 4);
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

test('after a probe that succeeds the next pause is one second again', () => {
  const { breaker, clock } = breakerUnderTest();
  endOutage(breaker);
  clock.advance(1000);
  end(breaker, 'failure');
  clock.advance(2000);
  end(breaker, 'success');

  endOutage(breaker);

  expect(() => breaker.enter(another())).toThrow(refusing(1000));
});

test('a probe with an unknown outcome, or without an end, gives up its slot to the next one', () => {
  const { breaker, clock } = breakerUnderTest();
  end(breaker, 'failure', 10);
  clock.advance(1000);
  const about = another();

  breaker.enter(about)('unknown');
  const lost = breaker.enter(about);
  clock.advance(probeMs - 1);
  expect(() => breaker.enter(about)).toThrow(refusing(1000));
  clock.advance(1);
  const next = breaker.enter(about);
  lost('failure');
  expect(breaker.state).toBe('half-open');
  next('success');

  expect(breaker.state).toBe('closed');
});

test('calls from before it opened neither reopen nor close it', () => {
  const { breaker, clock } = breakerUnderTest();
  const [failingLate, wellLate] = [breaker.enter(another()), breaker.enter(another())];
  end(breaker, 'failure', 10);

  wellLate('success');
  expect(breaker.state).toBe('open');
  failingLate('failure');
  clock.advance(1000);
  expect(breaker.state).toBe('half-open');
});

test('probes in flight when it closes have no effect', () => {
  const { breaker, clock } = breakerUnderTest();
  endOutage(breaker);
  clock.advance(1000);
  const [well, failing] = [breaker.enter(another('a')), breaker.enter(another('b'))];

  well('success');
  failing('failure');

  expect(breaker.state).toBe('closed');
});

test.each<[string, (breaker: CircuitBreaker) => void, taken: number]>([
  ['seven for as many viewers', (breaker) => endOutage(breaker), 7],
  ['three for one viewer', (breaker) => end(breaker, 'failure', 10), 3],
])('the subjects that opened it keep their probe slots: %s', (_name, open, taken) => {
  const { breaker } = breakerUnderTest();
  open(breaker);
  expect(breaker.state).toBe('open');

  for (let slot = taken; slot < 7; slot += 1) breaker.enter(another(`stranger ${slot}`));

  expect(() => breaker.enter(another('one too many'))).toThrow(refusing(1000));
});

test('an id that fails for all viewers takes one probe slot', () => {
  const { breaker } = breakerUnderTest();
  for (let viewer = 0; viewer < 10; viewer += 1) breaker.enter(of(`viewer ${viewer}`, 'poison'))('failure');
  expect(breaker.state).toBe('open');

  expect(() => breaker.enter(of('another', 'poison'))).toThrow(refusing(1000));
  breaker.enter(of('another', 'healthy'))('success');

  expect(breaker.state).toBe('closed');
});

test('half-open, at most seven probes: one per subject, three per viewer', () => {
  const { breaker, clock } = breakerUnderTest();
  endOutage(breaker);
  clock.advance(1000);

  const first = breaker.enter(of('a', '1'));
  expect(() => breaker.check(of('a', '1'))).toThrow(refusing(1000));
  expect(() => breaker.check(of('b', '1'))).toThrow(refusing(1000));
  const second = breaker.enter(of('a', '2'));
  breaker.enter(of('a', '3'));
  expect(() => breaker.check(of('a', '4'))).toThrow(refusing(1000));
  breaker.enter(of('b', '5'));
  breaker.enter(of('c', '6'));
  breaker.enter({ viewer: 'unknown bearers', subject: 'x', isUnknown: true });
  expect(() => breaker.check({ viewer: 'unknown bearers', subject: 'y', isUnknown: true })).toThrow(
    refusing(1000),
  );
  breaker.enter(of('e', '8'));
  expect(() => breaker.check(of('d', '7'))).toThrow(refusing(1000));

  // A failure keeps its slot until the pause is over.
  first('failure');
  expect(breaker.state).toBe('open');
  expect(() => breaker.check(of('d', '7'))).toThrow(refusing(2000));
  second('unknown');
  breaker.enter(of('d', '7'))('success');
  expect(breaker.state).toBe('closed');
});

test('several failed probes in one pause double the next pause once', () => {
  const { breaker, clock } = breakerUnderTest();
  endOutage(breaker);
  clock.advance(1000);
  for (const viewer of ['a', 'b', 'c', 'd', 'e', 'g', 'h']) {
    breaker.enter(another(viewer))('failure');
    clock.advance(100);
  }

  expect(() => breaker.enter(another('f'))).toThrow(refusing(1300));
  clock.advance(1300);
  expect(breaker.state).toBe('half-open');
  breaker.enter(another('f'))('failure');
  expect(() => breaker.enter(another('f'))).not.toThrow();
  clock.advance(3999);
  expect(breaker.state).toBe('open');
});

test('one id that always fails takes one slot of seven, and the first successful probe closes it', () => {
  const { breaker, clock } = breakerUnderTest();
  end(breaker, 'failure', 10);
  for (let pause = 0; pause < 10; pause += 1) {
    clock.advance(30_000);
    breaker.enter(of('poisoner', 'poison'))('failure');
    expect(() => breaker.check(of('poisoner', 'poison'))).toThrow();
    expect(breaker.state).toBe('open');
  }

  breaker.enter(of('bystander', 'healthy'))('success');
  expect(breaker.state).toBe('closed');

  // The success that closed it counts for a minute, so the failing id cannot open it at once.
  for (let call = 0; call < 100; call += 1) breaker.enter(another('poisoner'))('failure');
  expect(breaker.state).toBe('closed');
});

test('check refuses what enter would refuse', () => {
  const { breaker, clock } = breakerUnderTest();
  const abouts = [of('a', '1'), of('a', '2'), of('b', '1'), of('b', '3'), of('c', '4'), of('d', '5')];
  endOutage(breaker);
  for (const stepMs of [0, 999, 1, 0, 0, 0, 0, 0, 2000, probeMs]) {
    clock.advance(stepMs);
    for (const about of abouts) {
      const checked = thrownBy(() => breaker.check(about));
      const entered = thrownBy(() => breaker.enter(about)('failure'));
      expect(checked).toEqual(entered);
    }
  }
});
