import { createHash } from 'node:crypto';
import * as z from 'zod';
import {
  bareDocumentId,
  isSha256Id,
  shownDocumentId,
  type PersistedDocument,
} from '../domain/persisted-document.ts';
import { readTextFile, type FileFault } from './text-file.ts';
import { list } from './variable-schemas.ts';

/** Of one file. A document in memory takes many times its length. */
const maxMegabytes = 4;
const again = 'generate it again';

/** @see https://www.apollographql.com/docs/graphos/platform/security/persisted-queries#manifest-format */
const apolloManifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string(), body: z.string() })),
});

/** Reads all documents of comma-separated files. The problem names file and id, which are no secrets. */
export const documentFiles = list.transform((files, context): readonly PersistedDocument[] => {
  const documents = new Map<string, PersistedDocument>();
  const problem = files.length === 0 ? 'must name a file' : readInto(documents, files);
  if (problem === undefined) return [...documents.values()];
  context.addIssue(problem);
  return z.NEVER;
});

function readInto(documents: Map<string, PersistedDocument>, files: readonly string[]): string | undefined {
  for (const file of new Set(files)) {
    const read = readDocuments(file);
    if ('problem' in read) return `names ${file}, which ${read.problem}`;
    for (const document of read.documents) {
      const problem = problemOf(document) ?? problemBeside(document, documents);
      if (problem !== undefined) return problem;
      documents.set(bareDocumentId(document.id), document);
    }
  }
  return undefined;
}

function readDocuments(
  file: string,
): { readonly documents: readonly PersistedDocument[] } | { readonly problem: string } {
  const read = readTextFile(file, maxMegabytes * 1024 * 1024);
  if ('fault' in read) return { problem: fileProblems[read.fault] };
  const rows = rowsOf(read.text);
  if (typeof rows === 'string') return { problem: rows };
  if (rows.length === 0) {
    return { problem: "holds no documents: name the file that the frontend's build has written, or none" };
  }
  return { documents: rows.map(([id, text]) => ({ id, text, file })) };
}

/** Ids with their documents, or what is wrong with the file. */
function rowsOf(text: string): readonly (readonly [id: string, text: string])[] | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return `is not JSON: ${again}`;
  }
  const manifest = apolloManifest.safeParse(json);
  if (manifest.success) return manifest.data.operations.map(({ id, body }) => [id, body]);
  return (
    pairsIn(text) ??
    `is neither a JSON object of ids and documents nor a manifest of Apollo, version 1: ${again}`
  );
}

/**
 * Of the client preset of GraphQL Code Generator, and of Relay's compiler: undefined where valid JSON is more than an object of
 * strings. Read from its text, because `JSON.parse` keeps only the last of two documents with one id.
 */
function pairsIn(json: string): readonly (readonly [id: string, text: string])[] | undefined {
  const strings: string[] = [];
  let others = '';
  let at = 0;
  for (let start = json.indexOf('"'); start >= 0; start = json.indexOf('"', at)) {
    let end = start + 1;
    while (json[end] !== '"') end += json[end] === '\\' ? 2 : 1;
    strings.push(JSON.parse(json.slice(start, end + 1)) as string);
    others += json.slice(at, start);
    at = end + 1;
  }
  others += json.slice(at);
  const pairs = strings.flatMap((id, index) =>
    index % 2 === 0 ? [[id, strings[index + 1] ?? ''] as const] : [],
  );
  const betweenPairs = pairs.map(() => ':').join(',');
  return others.replaceAll(/\s/g, '') === `{${betweenPairs}}` ? pairs : undefined;
}

function problemOf({ id, text, file }: PersistedDocument): string | undefined {
  if (bareDocumentId(id) === '') return `names ${file}, which has a document without an id: ${again}`;
  if (!isSha256Id(id)) return undefined;
  if (createHash('sha256').update(text).digest('hex') === bareDocumentId(id)) return undefined;
  return `names ${file}, whose id ${shownDocumentId(id)} is not the SHA-256 of its document: ${again}, and do not edit it`;
}

function problemBeside(
  { id, text, file }: PersistedDocument,
  documents: ReadonlyMap<string, PersistedDocument>,
): string | undefined {
  const same = documents.get(bareDocumentId(id));
  if (same === undefined || same.text === text) return undefined;
  const where = same.file === file ? `${file}, which has` : `${same.file} and ${file}, which have`;
  return `names ${where} the id ${shownDocumentId(id)} for two documents: an id must stand for one, such as its SHA-256`;
}

const fileProblems: Readonly<Record<FileFault, string>> = {
  absent: 'does not exist: correct the path, or mount the file',
  'below-no-folder': 'does not exist, because a part of the path is no folder: correct it',
  'path-too-long': 'is no path: name a file, not its content',
  forbidden: 'may not be read: give the user of this process the right to read it',
  'no-file': 'is no file: name the file itself, not a folder or a device',
  'too-large': `is larger than ${maxMegabytes} MiB: leave out what is not sent to this gateway`,
  'not-utf8': `is not text in UTF-8: ${again}`,
  unreadable: 'cannot be read: check the file system',
};
