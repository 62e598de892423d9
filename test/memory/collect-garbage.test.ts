import { expect, test } from '@jest/globals';
import { collectGarbage } from '../../src/memory/collect-garbage.ts';

const leaveGarbage = (): WeakRef<object> => new WeakRef({ nobody: 'needs it' });

test('what nothing needs is gone afterwards, and what is needed is there', async () => {
  const needed = { by: 'this test' };
  const references = [leaveGarbage(), new WeakRef(needed)];

  await collectGarbage();

  expect(references.map((reference) => reference.deref())).toEqual([undefined, needed]);
});
