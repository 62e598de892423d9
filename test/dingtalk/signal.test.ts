import { expect, test } from '@jest/globals';
import { AbortableSignal } from '../../src/async/abort.ts';

test('abort calls every listener once, and sets the reason', () => {
  const signal = new AbortableSignal();
  const heard: unknown[] = [];
  signal.addEventListener('abort', () => heard.push(signal.reason));
  signal.addEventListener('abort', () => heard.push(signal.aborted));

  signal.abort('over');
  signal.abort('over again');

  expect(heard).toEqual(['over', true]);
  expect(signal.reason).toBe('over');
});

test('abort calls neither removed nor late listeners', () => {
  const signal = new AbortableSignal();
  const heard: string[] = [];
  const left = (): void => void heard.push('left');
  signal.addEventListener('abort', left);
  signal.removeEventListener('abort', left);

  signal.abort('over');
  signal.addEventListener('abort', () => heard.push('late'));

  expect(heard).toEqual([]);
});

test('throwIfAborted throws the reason once aborted, and nothing before', () => {
  const signal = new AbortableSignal();
  const reason = new Error('over');

  expect(() => signal.throwIfAborted()).not.toThrow();
  signal.abort(reason);
  expect(() => signal.throwIfAborted()).toThrow(reason);
});
