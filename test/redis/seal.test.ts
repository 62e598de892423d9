import { expect, test } from '@jest/globals';
import { createSeal } from '../../src/domain/seal.ts';

const mine = { upstream: 'https://api.dingtalk.test', app: 'app-key', secret: 'app-secret' };
const seal = createSeal(mine);
const key = seal.keyOf('token', 'ding1234xxxxx');

test('opens its own sealed values under the same name', () => {
  expect(seal.open(key, seal.close(key, 'plain text, 中文'))).toBe('plain text, 中文');
});

test('another process with the same secret opens them under the same name', () => {
  const other = createSeal(mine);

  expect(other.keyOf('token', 'ding1234xxxxx')).toBe(key);
  expect(other.open(key, seal.close(key, 'text'))).toBe('text');
});

test.each([
  ['another name', (sealed: Buffer) => seal.open(seal.keyOf('token', 'ding5678xxxxx'), sealed)],
  ['another secret', (sealed: Buffer) => createSeal({ ...mine, secret: 'guessed' }).open(key, sealed)],
  ['another app', (sealed: Buffer) => createSeal({ ...mine, app: 'other-key' }).open(key, sealed)],
  [
    'another upstream',
    (sealed: Buffer) => createSeal({ ...mine, upstream: 'https://api.other.test' }).open(key, sealed),
  ],
  ['one bit changed', (sealed: Buffer) => seal.open(key, flipLastBit(sealed))],
  ['the end cut off', (sealed: Buffer) => seal.open(key, sealed.subarray(0, -1))],
  ['a value too short', (sealed: Buffer) => seal.open(key, sealed.subarray(0, 10))],
  ['nothing', () => seal.open(key, Buffer.alloc(0))],
  ['garbage', () => seal.open(key, Buffer.from('{"token":"forged","lifeMs":7200000}'))],
])('does not open with %s', (_what, open) => {
  expect(open(seal.close(key, 'text'))).toBeUndefined();
});

test('sealing the same text twice gives different values, none in the clear', () => {
  const [one, two] = [seal.close(key, 'secret-token'), seal.close(key, 'secret-token')];

  expect(one.equals(two)).toBe(false);
  expect(one.includes('secret-token')).toBe(false);
});

test('names reveal nothing of their parts and are unique', () => {
  const names = [
    seal.keyOf('space', 'a', 'b'),
    seal.keyOf('space', 'ab'),
    seal.keyOf('space', 'a,b'),
    seal.keyOf('spac', 'e', 'a', 'b'),
    createSeal({ ...mine, secret: 'other' }).keyOf('space', 'a', 'b'),
    createSeal({ ...mine, app: 'other-key' }).keyOf('space', 'a', 'b'),
    createSeal({ ...mine, upstream: 'https://api.other.test' }).keyOf('space', 'a', 'b'),
    createSeal({ ...mine, upstream: 'https://api.dingtalk.testapp', app: '-key' }).keyOf('space', 'a', 'b'),
  ];

  expect(new Set(names).size).toBe(names.length);
  expect(key).toMatch(/^dingtalk-gateway:token:[\w-]{43}$/);
});

const old = createSeal({ ...mine, secret: 'old' });
const oldThenNew = createSeal({ ...mine, secret: 'old', otherSecret: 'new' });
const newThenOld = createSeal({ ...mine, secret: 'new', otherSecret: 'old' });
const onlyNew = createSeal({ ...mine, secret: 'new' });

test('with two secrets values are sealed with the first, and opened with either', () => {
  const opens = (by: typeof seal): string =>
    [old, oldThenNew, newThenOld, onlyNew]
      .map((other) => (other.open(key, by.close(key, 'text')) === 'text' ? 'yes' : 'no'))
      .join(' ');

  expect([old, oldThenNew, newThenOld, onlyNew].map(opens)).toEqual([
    'yes yes yes no',
    'yes yes yes no',
    'no yes yes yes',
    'no yes yes yes',
  ]);
});

test('names about a person follow from the secret, the first one first', () => {
  const [oldName, newName] = [old.keyOf('lookup', 'a'), onlyNew.keyOf('lookup', 'a')];

  expect(oldThenNew.keyOf('lookup', 'a')).toBe(oldName);
  expect(old.keysOf('lookup', 'a')).toEqual([oldName]);
  expect(oldThenNew.keysOf('lookup', 'a')).toEqual([oldName, newName]);
  expect(newThenOld.keysOf('lookup', 'a')).toEqual([newName, oldName]);
});

test('lasting names are the same with every secret, and others for each app and upstream', () => {
  const name = old.lastingKeyOf('budget', 'a');

  expect([oldThenNew, newThenOld, onlyNew].map((other) => other.lastingKeyOf('budget', 'a'))).toEqual(
    Array(3).fill(name),
  );
  expect(name).toMatch(/^dingtalk-gateway:budget:[\w-]{43}$/);
  const names = [
    name,
    old.lastingKeyOf('budget', 'b'),
    old.lastingKeyOf('budget', 'a', ''),
    old.keyOf('budget', 'a'),
    createSeal({ ...mine, app: 'other-key' }).lastingKeyOf('budget', 'a'),
    createSeal({ ...mine, upstream: 'https://api.other.test' }).lastingKeyOf('budget', 'a'),
  ];
  expect(new Set(names).size).toBe(names.length);
});

function flipLastBit(sealed: Buffer): Buffer {
  const changed = Buffer.from(sealed);
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  return changed;
}

test('in one slot all names begin with one tag, which stays when the secret is replaced', () => {
  const [one, other] = ['old', 'new'].map((secret) => createSeal({ ...mine, secret, inOneSlot: true }));
  const names = [one, other].flatMap((each) =>
    each ? [each.keyOf('lookup', 'a'), each.lastingKeyOf('budget', 'b'), each.keysOf('lookup', 'c')[0]] : [],
  );
  const tags = names.map(
    (name) => /^dingtalk-gateway:(\{[\w-]{12}\}):[a-z]+:[\w-]{43}$/.exec(name ?? '')?.[1],
  );

  expect(new Set(tags).size).toBe(1);
  expect(tags[0]).toBeDefined();
  expect(createSeal({ ...mine, app: 'other', inOneSlot: true }).lastingKeyOf('budget', 'b')).not.toContain(
    tags[0],
  );
});
