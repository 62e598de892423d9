import { RefusedRequestError } from '../refusal.ts';

/** The parameters of a GraphQL-over-HTTP request; others are ignored. */
const names = ['query', 'operationName', 'variables', 'extensions'] as const;
type Name = (typeof names)[number];
type Parameters = Readonly<Partial<Record<Name, unknown>>>;

/**
 * Refuses a body that is JSON, but no GraphQL-over-HTTP request.
 *
 * @see https://http-spec.graphql.org/September2026/#sec-Request-Parameters
 */
export function checkBody(body: unknown): void {
  if (Array.isArray(body)) throw malformed('Batches are not supported: send one operation a request.');
  if (!isMap(body)) throw malformed('The body is no JSON object: send one with a query.');
  check(body);
}

/** The same for a URL's query component. Returns the parameters that it has; an empty one counts as none. */
export function checkSearch(search: URLSearchParams): URLSearchParams {
  const given = new URLSearchParams();
  for (const name of names) {
    const [value, ...more] = search.getAll(name);
    if (more.length > 0) throw malformed(`The parameter ${name} occurs twice: send it once.`);
    if (value) given.set(name, value);
  }
  const texts = Object.fromEntries(given) as Partial<Record<Name, string>>;
  const maps = { variables: parse('variables', texts), extensions: parse('extensions', texts) };
  check({ ...texts, ...maps });
  for (const [name, map] of Object.entries(maps)) if (map === null) given.delete(name);
  return given;
}

function parse(name: Name, { [name]: text }: Partial<Record<Name, string>>): unknown {
  if (text === undefined) return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new RefusedRequestError(400, `The parameter ${name} is not valid JSON.`);
  }
}

function check({ query, operationName, variables, extensions }: Parameters): void {
  if (!isAbsent(query) && typeof query !== 'string') throw malformed('The query must be a string.');
  if (!isAbsent(operationName) && typeof operationName !== 'string') {
    throw malformed('The operationName must be a string, or absent.');
  }
  if (!isAbsent(variables) && !isMap(variables))
    throw malformed('The variables must be an object, or absent.');
  if (!isAbsent(extensions) && !isMap(extensions)) {
    throw malformed('The extensions must be an object, or absent.');
  }
  // Apollo Server says that it has none of the documents that `persistedQuery` names.
  if (!query && !(isMap(extensions) && 'persistedQuery' in extensions)) {
    throw malformed('The query is missing: send the text of a GraphQL document.');
  }
}

const malformed = (message: string): RefusedRequestError => new RefusedRequestError(422, message);

const isAbsent = (value: unknown): value is null | undefined => value === null || value === undefined;

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
