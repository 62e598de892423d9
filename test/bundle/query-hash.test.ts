import { createHash as ofNode } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createHash } from '../../scripts/bundle/query-hash.ts';

test.each([
  ['an empty text', ''],
  ['a query', '{ __typename }'],
  ['a query of several scripts', 'query { space(id: "群聊 📁") { spaceId } }'],
  ['a text too long to be kept', '#'.repeat(5000)],
])('%s has the hash that Node says, however often it is asked for', (_what, text) => {
  const expected = ofNode('sha256').update(text).digest('hex');

  expect([1, 2].map(() => createHash('sha256').update(text).digest('hex'))).toEqual([expected, expected]);
});

test('what is known under one algorithm and form is not told under another', () => {
  const text = '{ __typename }';
  createHash('sha256').update(text).digest('hex');

  expect(createHash('sha256').update(text).digest('base64')).toBe(
    ofNode('sha256').update(text).digest('base64'),
  );
  expect(createHash('sha512').update(text).digest('hex')).toBe(ofNode('sha512').update(text).digest('hex'));
});

test('what is added in parts is hashed as one', () => {
  const hash = createHash('sha256').update('{ __type').update('name }').digest('hex');

  expect(hash).toBe(ofNode('sha256').update('{ __typename }').digest('hex'));
});
