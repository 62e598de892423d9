import { createHash as ofNode } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createHash } from '../../scripts/bundle/one-shot-hash.ts';

test.each(['', '{ __typename }', 'query { space(id: "群聊 📁") { spaceId } }'])(
  'the bundle’s hash of %j is Node’s',
  (text) => {
    const hash = createHash('sha256').update(text).digest('hex');

    expect(hash).toBe(ofNode('sha256').update(text).digest('hex'));
  },
);

test('what is added in parts is hashed as one', () => {
  const hash = createHash('sha512').update('a').update('b').digest('base64');

  expect(hash).toBe(ofNode('sha512').update('ab').digest('base64'));
});
