import { createHash } from 'node:crypto';
import { pageIds } from '../upstream/files.ts';
import { corpIdOf } from '../upstream/organizations.ts';
import { unionIdOf } from '../upstream/viewers.ts';
import type { FilesOperation, LookupOperation, Operation, PageOperation } from './operation.ts';

/** The form of requests to a target. */
export type Dialect =
  /** One POST for each id. */
  | 'rest'
  | 'graphql'
  /** The same with the id of a persisted document in place of its text. */
  | 'persisted'
  /** GraphQL as Mesh derives it from a JSON API: input and answer are one level deeper, and ids are strings. */
  | 'mesh';

/** The headers of a router in front of the gateway; the other targets only read the operator. */
export const routerSecret = 'the-bench-is-the-router';

const fields = 'spaceId corpId createTime modifiedTime';

/** The bytes of one operation: several requests for a dialect without batches. */
export function requestsFor(operation: Operation, dialect: Dialect): Buffer[] {
  switch (operation.kind) {
    case 'page':
      return pageRequests(operation, dialect);
    case 'files':
      return fileRequests(operation, dialect);
    default:
      return lookupRequests(operation, dialect);
  }
}

const pageDocument =
  'query ($spaceId: ID!) { space(spaceId: $spaceId) { dentries(first: 50) { nodes { dentryId name size thumbnail { url } } } } }';

/** Without GraphQL the thumbnails are asked for beside the list: the load knows the ids. */
function pageRequests({ viewer, spaceId }: PageOperation, dialect: Dialect): Buffer[] {
  if (dialect !== 'rest') return [post('/graphql', viewer, asking(pageDocument, { spaceId }, dialect))];
  return [
    post('/page', viewer, { spaceId }),
    ...pageIds.map((dentryId) => post('/thumbnail', viewer, { spaceId, dentryId })),
  ];
}

const filesDocument =
  'query ($spaceId: ID!, $dentryIds: [ID!]!) { dentries(spaceId: $spaceId, dentryIds: $dentryIds) { dentryId name size } }';

function fileRequests({ viewer, spaceId, ids }: FilesOperation, dialect: Dialect): Buffer[] {
  if (dialect === 'rest') return ids.map((dentryId) => post('/file', viewer, { spaceId, dentryId }));
  return [post('/graphql', viewer, asking(filesDocument, { spaceId, dentryIds: ids }, dialect))];
}

function lookupRequests({ kind, viewer, organization, ids }: LookupOperation, dialect: Dialect): Buffer[] {
  if (dialect === 'rest') {
    return ids.map((openConversationId) => post('/lookup', viewer, { openConversationId }));
  }
  const query = documentFor(kind, ids.length, dialect);
  if (kind === 'entities') {
    const representations = ids.map((openConversationId) => ({
      __typename: 'Conversation',
      openConversationId,
    }));
    return [post('/graphql', viewer, asking(query, { representations }, dialect))];
  }
  const variables = Object.fromEntries([...new Set(ids)].map((id, at) => [`i${at}`, id]));
  return [post('/graphql', viewer, asking(query, variables, dialect), organization)];
}

const documents = new Map<string, string>();

/** The document for a shape of operation, as a client with variables sends it. */
function documentFor(kind: LookupOperation['kind'], count: number, dialect: Dialect): string {
  const key = `${kind} ${count} ${dialect}`;
  let document = documents.get(key);
  if (document === undefined) {
    document =
      kind === 'entities' ? entitiesDocument : aliasesDocument(kind === 'lookup' ? 1 : count, dialect);
    documents.set(key, document);
  }
  return document;
}

const entitiesDocument = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Conversation { space { ${fields} } } } }`;

/** With more than one id each is looked up twice: alias `a<n>` uses variable `i<n modulo half>`. */
function aliasesDocument(aliases: number, dialect: Dialect): string {
  const variables = variablesOf(aliases);
  const type = dialect === 'mesh' ? 'String!' : 'ID!';
  const declared = Array.from({ length: variables }, (_, at) => `$i${at}: ${type}`);
  const asked = Array.from({ length: aliases }, (_, at) => {
    const given = `openConversationId: $i${at % variables}`;
    return dialect === 'mesh'
      ? `a${at}: conversationSpace(input: { ${given} }) { space { ${fields} } }`
      : `a${at}: conversationSpace(${given}) { ${fields} }`;
  });
  return `query (${declared.join(', ')}) { ${asked.join(' ')} }`;
}

/** The body of a request for `query`. */
function asking(query: string, variables: object, dialect: Dialect): object {
  return dialect === 'persisted' ? { documentId: idOf(query), variables } : { query, variables };
}

const ids = new Map<string, string>();

/** Its SHA-256: a client's build has computed it. */
function idOf(query: string): string {
  const id = ids.get(query) ?? `sha256:${createHash('sha256').update(query).digest('hex')}`;
  ids.set(query, id);
  return id;
}

/** All documents of the load, by the ids that it sends. */
export const persistedDocuments = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [
      pageDocument,
      filesDocument,
      entitiesDocument,
      ...[1, 50].map((count) => aliasesDocument(count, 'graphql')),
    ].map((query) => [idOf(query), query]),
  );

export const variablesOf = (aliases: number): number => Math.ceil(aliases / 2);

function post(path: string, viewer: number, body: unknown, organization?: number): Buffer {
  const text = JSON.stringify(body);
  const lines = [
    `POST ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    'content-type: application/json',
    'accept: application/json',
    `x-router-secret: ${routerSecret}`,
    `x-dingtalk-union-id: ${unionIdOf(viewer)}`,
    ...(organization === undefined ? [] : [`x-dingtalk-corp-id: ${corpIdOf(organization)}`]),
    `content-length: ${Buffer.byteLength(text)}`,
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${text}`);
}
