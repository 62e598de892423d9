import { fileOf, pageIds, thumbnailUrlOf } from '../upstream/files.ts';
import type { HttpAnswer } from './connection.ts';
import type { Dialect } from './dialect.ts';
import type { FilesOperation, PageOperation } from './operation.ts';

interface Row {
  readonly dentryId: string;
  readonly name: string;
  readonly size: number;
  readonly thumbnail?: { readonly url: string };
}

/** The bodies of the answers, as far as they are right. */
interface PageBody {
  readonly data: { readonly space: { readonly dentries: { readonly nodes: readonly Row[] } } };
}
interface FilesBody {
  readonly data: { readonly dentries: readonly Row[] };
}
interface RestBody {
  readonly data: {
    readonly page: readonly Row[];
    readonly file: Row;
    readonly thumbnail: { readonly url: string };
  };
}

/** Describes the first fault in the answers about files: every file must be there, in order, with its own facts. */
export function faultInFiles(
  operation: PageOperation | FilesOperation,
  answers: readonly HttpAnswer[],
  dialect: Dialect,
): string | undefined {
  const { kind, spaceId } = operation;
  const ids = kind === 'page' ? pageIds : operation.ids;
  const expected = ids.map((id) => rowOf(spaceId, id, kind));
  let rows: readonly Row[];
  try {
    rows = rowsIn(operation, answers, dialect);
  } catch {
    return `no rows: ${shorten(answers[0])}`;
  }
  if (rows.length !== expected.length) return `${rows.length} rows in place of ${expected.length}`;
  const wrong = expected.findIndex((row, at) => !isSame(row, rows[at]));
  return wrong < 0
    ? undefined
    : `viewer ${operation.viewer} asked for ${spaceId} ${ids[wrong]} and got ${JSON.stringify(rows[wrong])}`;
}

function rowOf(spaceId: string, dentryId: string, kind: 'page' | 'files'): Row {
  const { name, size } = fileOf(spaceId, dentryId);
  const row = { dentryId, name, size: Number(size) };
  return kind === 'page' ? withThumbnail(row, { url: thumbnailUrlOf(spaceId, dentryId) }) : row;
}

/** @throws where an answer has another form. */
function rowsIn(
  { kind }: PageOperation | FilesOperation,
  answers: readonly HttpAnswer[],
  dialect: Dialect,
): readonly Row[] {
  const bodies = answers.map(({ body }) => JSON.parse(body) as unknown);
  if (dialect === 'rest') {
    const [first, ...others] = (bodies as RestBody[]).map(({ data }) => data);
    if (kind === 'files') return [first, ...others].map((data) => present(data).file);
    return present(first).page.map((row, at) => withThumbnail(row, present(others[at]).thumbnail));
  }
  const [body] = bodies;
  return kind === 'page' ? (body as PageBody).data.space.dentries.nodes : (body as FilesBody).data.dentries;
}

const withThumbnail = (row: Row, thumbnail: Row['thumbnail']): Row => ({
  ...row,
  ...(thumbnail && { thumbnail }),
});

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('an answer is missing');
  return value;
}

const isSame = (one: Row, other: Row | undefined): boolean =>
  one.dentryId === other?.dentryId &&
  one.name === other.name &&
  one.size === other.size &&
  one.thumbnail?.url === other.thumbnail?.url;

const shorten = (answer: HttpAnswer | undefined): string =>
  `HTTP ${answer?.status ?? 0} ${answer?.body.slice(0, 300) ?? ''}`;
