import { expect, test } from '@jest/globals';
import { faultIn } from '../../bench/load/check-answers.ts';
import type { Operation } from '../../bench/load/operation.ts';
import { fileOf, pageIds, thumbnailUrlOf } from '../../bench/upstream/files.ts';

const spaceId = 'space.demo.files.a.of-1';
const page: Operation = { kind: 'page', viewer: 1, spaceId };
const files: Operation = { kind: 'files', viewer: 1, spaceId, ids: ['1001', '1002'] };
const answer = (data: unknown) => ({ status: 200, body: JSON.stringify({ data }) });
const fault = (operation: Operation, dialect: 'graphql' | 'rest', ...answers: unknown[]) =>
  faultIn(operation, answers.map(answer), dialect, () => false);

const file = (dentryId: string) => {
  const { name, size } = fileOf(spaceId, dentryId);
  return { dentryId, name, size };
};
const thumbnail = (dentryId: string) => ({ url: thumbnailUrlOf(spaceId, dentryId) });
const row = (dentryId: string) => ({ ...file(dentryId), thumbnail: thumbnail(dentryId) });

test('files with their own names and sizes are right, at a target with GraphQL and at one without', () => {
  const dentries = ['1001', '1002'].map(file);

  expect(fault(files, 'graphql', { dentries })).toBeUndefined();
  expect(fault(files, 'rest', ...dentries.map((each) => ({ file: each })))).toBeUndefined();
});

test('a page is right with all its rows and their thumbnails', () => {
  const nodes = pageIds.map(row);
  const thumbnails = pageIds.map((id) => ({ thumbnail: thumbnail(id) }));

  expect(fault(page, 'graphql', { space: { dentries: { nodes } } })).toBeUndefined();
  expect(fault(page, 'rest', { page: pageIds.map(file) }, ...thumbnails)).toBeUndefined();
});

test('a file of another id, a wrong thumbnail, a missing row and an error are wrong', () => {
  const nodes = [...pageIds.slice(1), pageIds[0]!].map(row);
  const withoutThumbnails = pageIds.map(file);

  expect(fault(page, 'graphql', { space: { dentries: { nodes } } })).toContain('asked for');
  expect(fault(page, 'graphql', { space: { dentries: { nodes: withoutThumbnails } } })).toContain(
    'asked for',
  );
  expect(fault(files, 'graphql', { dentries: ['1001'].map(file) })).toBe('1 rows in place of 2');
  expect(fault(files, 'graphql', { dentries: [file('1001'), null] })).toContain('got null');
  expect(fault(page, 'graphql', { space: null })).toContain('no rows: HTTP 200');
});
