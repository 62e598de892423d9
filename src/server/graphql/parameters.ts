import { RefusedRequestError } from '../refusal.ts';

/** The parameters of a GraphQL-over-HTTP request, or of one for a persisted document; others are ignored. */
const names = ['query', 'documentId', 'operationName', 'variables', 'extensions'] as const;
type Name = (typeof names)[number];
type Given = Readonly<Partial<Record<Name, unknown>>>;

/** Parameters of the right types, one of which says what to execute. */
export interface Parameters {
  readonly query?: string | null;
  readonly documentId?: string | null;
  readonly operationName?: string | null;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly extensions?: Extensions | null;
}

export interface Extensions extends Readonly<Record<string, unknown>> {
  readonly persistedQuery?: PersistedQuery | null;
}

/** Apollo's way to name a document. */
export interface PersistedQuery {
  readonly version: 1;
  readonly sha256Hash: string;
}

/**
 * Refuses a body that is JSON, but no GraphQL-over-HTTP request.
 *
 * @see https://http-spec.graphql.org/September2026/#sec-Request-Parameters
 */
export function checkBody(body: unknown): Parameters {
  if (Array.isArray(body)) throw malformed('Batches are not supported: send one operation a request.');
  if (!isMap(body)) throw malformed('The body is no JSON object: send one with a query.');
  return check(body);
}

/** The same for a URL's query component: also returns its parameters as they came. An empty parameter counts as none. */
export function checkSearch(search: URLSearchParams): {
  readonly parameters: Parameters;
  readonly given: URLSearchParams;
} {
  const given = new URLSearchParams();
  for (const name of names) {
    const [value, ...more] = search.getAll(name);
    if (more.length > 0) throw malformed(`The parameter ${name} occurs twice: send it once.`);
    if (value) given.set(name, value);
  }
  const texts = Object.fromEntries(given) as Partial<Record<Name, string>>;
  const maps = { variables: parse('variables', texts), extensions: parse('extensions', texts) };
  const parameters = check({ ...texts, ...maps });
  for (const [name, map] of Object.entries(maps)) if (map === null) given.delete(name);
  return { parameters, given };
}

function parse(name: Name, { [name]: text }: Partial<Record<Name, string>>): unknown {
  if (text === undefined) return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new RefusedRequestError(400, `The parameter ${name} is not valid JSON.`);
  }
}

function check(given: Given): Parameters {
  const { query, documentId, operationName, variables, extensions } = given;
  if (!isAbsent(query) && typeof query !== 'string') throw malformed('The query must be a string.');
  if (!isAbsent(documentId) && typeof documentId !== 'string') {
    throw malformed('The documentId must be a string, or absent.');
  }
  if (!isAbsent(operationName) && typeof operationName !== 'string') {
    throw malformed('The operationName must be a string, or absent.');
  }
  if (!isAbsent(variables) && !isMap(variables))
    throw malformed('The variables must be an object, or absent.');
  if (!isAbsent(extensions) && !isMap(extensions)) {
    throw malformed('The extensions must be an object, or absent.');
  }
  const persistedQuery = extensions?.['persistedQuery'];
  if (!isAbsent(persistedQuery) && !isPersistedQuery(persistedQuery)) {
    throw malformed('The extension persistedQuery must have version 1 and a sha256Hash.');
  }
  if (documentId && (query || persistedQuery)) {
    throw malformed('The request names its document twice: send documentId alone.');
  }
  if (!query && !documentId && !persistedQuery) {
    throw malformed('The query is missing: send the text of a GraphQL document.');
  }
  return given as Parameters;
}

const isPersistedQuery = (value: unknown): value is PersistedQuery =>
  isMap(value) && value['version'] === 1 && typeof value['sha256Hash'] === 'string';

const malformed = (message: string): RefusedRequestError => new RefusedRequestError(422, message);

const isAbsent = (value: unknown): value is null | undefined => value === null || value === undefined;

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
