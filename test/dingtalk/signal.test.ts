import { expect, test } from '@jest/globals';
import { AbortableSignal } from '../../src/async/abort.ts';

test('everybody who listens is told once, and why', () => {
  const signal = new AbortableSignal();
  const told: unknown[] = [];
  signal.addEventListener('abort', () => told.push(signal.reason));
  signal.addEventListener('abort', () => told.push(signal.aborted));

  signal.abort('over');
  signal.abort('over again');

  expect(told).toEqual(['over', true]);
  expect(signal.reason).toBe('over');
});

test('who no longer listens is not told, nor who comes late', () => {
  const signal = new AbortableSignal();
  const told: string[] = [];
  const left = (): void => void told.push('left');
  signal.addEventListener('abort', left);
  signal.removeEventListener('abort', left);

  signal.abort('over');
  signal.addEventListener('abort', () => told.push('late'));

  expect(told).toEqual([]);
});

test('it throws its reason once it is aborted, and nothing before', () => {
  const signal = new AbortableSignal();
  const reason = new Error('over');

  expect(() => signal.throwIfAborted()).not.toThrow();
  signal.abort(reason);
  expect(() => signal.throwIfAborted()).toThrow(reason);
});
