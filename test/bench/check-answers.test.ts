import { expect, test } from '@jest/globals';
import { faultIn } from '../../bench/load/check-answers.ts';
import type { Operation } from '../../bench/load/operation.ts';
import { demoSpace } from '../../src/sandbox/demo-space.ts';

const isRefused = (viewer: number, id: string): boolean => viewer === 3 && id === 'cid.demo.secret';
const space = (id: string) => demoSpace(id, 'ding1234xxxxx');
const answer = (body: unknown) => ({ status: 200, body: JSON.stringify(body) });
const lookup = (viewer: number, ...ids: string[]): Operation => ({ kind: 'lookup', viewer, ids });
const forbidden = { errors: [{ extensions: { code: 'FORBIDDEN' } }] };

test('the space of the id is right, in any form of its times', () => {
  const found = {
    ...space('cid.demo.a'),
    createTime: new Date(space('cid.demo.a').createTime).toISOString(),
  };
  expect(
    faultIn(lookup(1, 'cid.demo.a'), [answer({ data: { a0: found } })], 'graphql', isRefused),
  ).toBeUndefined();
});

test('a space of another id is wrong', () => {
  const answers = [answer({ data: { a0: space('cid.demo.b') } })];
  expect(faultIn(lookup(1, 'cid.demo.a'), answers, 'graphql', isRefused)).toContain(
    'viewer 1 asked for cid.demo.a',
  );
});

test('a space that the viewer may not read is wrong', () => {
  const answers = [answer({ data: { a0: space('cid.demo.secret') } })];
  expect(faultIn(lookup(3, 'cid.demo.secret'), answers, 'graphql', isRefused)).toBe(
    'viewer 3 got cid.demo.secret, which is refused to them',
  );
});

test('a refusal is right for the viewer without access, and wrong for another', () => {
  const answers = [answer({ data: { a0: null }, ...forbidden })];
  expect(faultIn(lookup(3, 'cid.demo.secret'), answers, 'graphql', isRefused)).toBeUndefined();
  expect(faultIn(lookup(4, 'cid.demo.secret'), answers, 'graphql', isRefused)).toContain('got null');
});

test('a refusal without FORBIDDEN is wrong for a target that promises the code', () => {
  const answers = [answer({ data: { a0: null }, errors: [{ extensions: { code: 'UPSTREAM_TIMEOUT' } }] })];
  const check = (code: string | undefined) =>
    faultIn(lookup(3, 'cid.demo.secret'), answers, 'graphql', isRefused, code);

  expect(check('FORBIDDEN')).toBe('1 refusals and 0 errors of FORBIDDEN');
  expect(check(undefined)).toBeUndefined();
});

test('a null without an error, a missing answer and a body that is not JSON are wrong', () => {
  const refused = lookup(3, 'cid.demo.secret');
  expect(faultIn(refused, [answer({ data: { a0: null } })], 'graphql', isRefused)).toContain('0 errors');
  expect(faultIn(refused, [answer({ data: {} })], 'graphql', isRefused)).toBe('0 answers to 1 questions');
  expect(faultIn(refused, [{ status: 502, body: '<html>' }], 'graphql', isRefused)).toContain('no JSON');
});

test('entities and the nested answers of Mesh are understood', () => {
  const entities = [answer({ data: { _entities: [{ space: space('cid.demo.a') }] } })];
  const nested = [answer({ data: { a0: { space: space('cid.demo.a') } } })];
  expect(
    faultIn({ kind: 'entities', viewer: 1, ids: ['cid.demo.a'] }, entities, 'graphql', isRefused),
  ).toBeUndefined();
  expect(faultIn(lookup(1, 'cid.demo.a'), nested, 'mesh', isRefused)).toBeUndefined();
});
