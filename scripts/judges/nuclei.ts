import type { Check, Judge, JudgeAnswer, JudgeRequest } from './check.ts';

const isJson = ({ contentType }: JudgeAnswer): boolean => contentType.includes('application/json');
const get = (...paths: readonly string[]): JudgeRequest[] => paths.map((path) => ({ path }));
const post =
  (...paths: readonly string[]) =>
  (body: unknown): JudgeRequest[] =>
    paths.map((path) => ({
      path,
      init: {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      },
    }));

const toTwoPaths = post('/graphql', '/api/graphql');

const misconfigurations: readonly Check[] = [
  {
    name: 'graphiql-exposure',
    sent: 'GET on six paths',
    requests: get('/graphiql', '/graphql', '/api/graphql', '/v1/graphql', '/query', '/'),
    isFinding: ({ status, text }) =>
      status === 200 && /graphiql\.createFetcher|id=["']graphiql["']|\/graphiql\.css/.test(text),
  },
  {
    name: 'graphql-alias-batching',
    sent: 'six aliases',
    requests: toTwoPaths({
      query: `query {\n ${[1, 2, 3, 4, 5, 6].map((index) => `abcde${index}:__typename`).join(' \n ')} \n }`,
    }),
    isFinding: (answer) =>
      isJson(answer) && ['"data":', '"abcde1":', '"abcde6":'].every((word) => answer.text.includes(word)),
  },
  {
    name: 'graphql-altair',
    sent: 'GET on four paths',
    requests: get('/altair', '/ui/altair', '/graphql/altair', '/altair/'),
    isFinding: ({ status, text }) => [200, 401, 403].includes(status) || /altair/i.test(text),
  },
  {
    name: 'apollo-sandbox-ui-exposed',
    sent: 'GET / that accepts HTML',
    requests: [{ path: '/', init: { headers: { accept: 'text/html' } } }],
    isFinding: ({ status, text }) =>
      status === 200 &&
      /<title>Apollo (?:Server|Router)/.test(text) &&
      /Apollo Sandbox|apollo\.dev/.test(text),
  },
  {
    name: 'graphql-array-batching',
    sent: 'an array of a query and a mutation',
    requests: toTwoPaths([
      { query: 'query {\n __typename \n }' },
      { query: 'mutation { \n __typename \n }' },
    ]),
    isFinding: (answer) =>
      isJson(answer) && /:"query"/i.test(answer.text) && /:"mutations?"/i.test(answer.text),
  },
  {
    name: 'graphql-directive-overloading',
    sent: 'one unknown directive ten times',
    requests: post('/graphql')({
      query: `query cop { __typename ${'@aa'.repeat(10)} }`,
      operationName: 'cop',
    }),
    isFinding: (answer) =>
      isJson(answer) &&
      /"errors":\s*\[.*?\]/.test(answer.text) &&
      /"message":\s*".*?@aa.*?"/.test(answer.text),
  },
  {
    name: 'graphql-field-suggestion',
    sent: 'a field that does not exist, but nearly',
    requests: toTwoPaths({ query: 'query {\n  __schema {\n directive\n }\n}', variables: null }),
    isFinding: (answer) => isJson(answer) && answer.text.includes('Did you mean'),
  },
  {
    name: 'graphql-get-method',
    sent: 'a query by GET',
    requests: get('/graphql?query={__typename}', '/api/graphql?query={__typename}'),
    isFinding: (answer) =>
      isJson(answer) &&
      ['"query"', '"data"', '"__typename"'].every((word) => answer.text.toLowerCase().includes(word)),
  },
  {
    name: 'graphql-introspection',
    sent: 'introspection on four paths',
    requests: post(
      '/graphql',
      '/api/graphql',
      '/v1/graphql',
      '/api/v1/graphql',
    )({
      query: 'query{__schema{queryType{name}mutationType{name}types{name,kind}}}',
    }),
    isFinding: (answer) =>
      answer.status === 200 &&
      isJson(answer) &&
      /"__schema"/.test(answer.text) &&
      /"types"/.test(answer.text) &&
      !/errors|Unauthorized|Forbidden/.test(answer.text),
  },
  {
    name: 'graphql-playground',
    sent: 'GET /',
    requests: get('/'),
    isFinding: ({ status, contentType, text }) =>
      status === 200 && contentType.includes('text/html') && /<title>GraphQL playground<\/title>/i.test(text),
  },
  {
    name: 'graphql-voyager',
    sent: 'GET on four paths',
    requests: get('/voyager', '/voyager/', '/ui/voyager', '/graphql/voyager'),
    isFinding: ({ text }) => /voyager/i.test(text),
  },
];

/** The names of `graphql-detect`, which it also looks for below /v1 to /v4. */
const versionedNames = [
  'altair',
  'api/graphql',
  'explorer',
  'graph',
  'graphiql',
  'graphiql.css',
  'graphiql.js',
  'graphiql.min.css',
  'graphiql.min.js',
  'graphiql.php',
  'graphiql/finland',
  'graphql',
  'graphql-explorer',
  'graphql.php',
  'graphql/console',
  'graphql/schema.json',
  'graphql/schema.xml',
  'graphql/schema.yaml',
  'playground',
  'subscriptions',
];
const versions = ['', '/v1', '/v2', '/v3', '/v4'];
const detectedPaths = [
  ...versions.flatMap((version) => versionedNames.map((name) => `${version}/${name}`)),
  '/v1',
  '/v2',
  '/v3',
  '/HyperGraphQL',
  '/___graphql',
  '/api/cask/graphql-playground',
  '/api/graphql/v1',
  '/express-graphql',
  '/gql',
  '/graph_cms',
  '/graphql-console',
  '/graphql-devtools',
  '/graphql-playground',
  '/graphql-playground-html',
  '/graphql/graphql-playground',
  '/graphql/v1',
  '/je/graphql',
  '/laravel-graphql-playground',
  '/portal-graphql',
  '/query',
  '/query-api',
  '/query-explorer',
  '/query-laravel',
  '/sphinx-graphiql',
];

const toFourPaths = post('/graphql', '/api/graphql', '/query', '/');

/** An engine is recognized by how it words one error. The gateway's engine is the reference implementation. */
const engines: readonly (readonly [
  engine: string,
  query: string,
  words: string,
  statuses: readonly number[],
])[] = [
  ['apiforwp', 'query aa#aa { __typename }', 'Unexpected token "END"', [200, 400]],
  [
    'apollo',
    'query @skip {__typename}',
    'Directive "@skip" argument "if" of type "Boolean!" is required, but it was not provided.',
    [200],
  ],
  ['ariadne', 'query { __typename @abc }', "Unknown directive '@abc'.", [200]],
  [
    'dianajl',
    'queryy { __typename }',
    'Syntax Error GraphQL request (1:1) Unexpected Name "queryy"',
    [200, 400],
  ],
  [
    'flutter',
    'query { __typename @deprecated }',
    'Directive "deprecated" may not be used on FIELD.',
    [200, 400],
  ],
  ['go', '', 'Must provide an operation.', [200, 400]],
  ['gqlgen', 'query { __typename { }', 'expected at least one definition', [200, 400]],
  ['graphene', 'aaa', 'Syntax Error GraphQL (1:1)', [200]],
  ['hasura', 'query {aa}', 'field "aa" not found in type: \'query_root\'', [200]],
  [
    'hypergraphql',
    'zzz { __typename }',
    'Validation error of type InvalidSyntax: Invalid query syntax.',
    [200, 400],
  ],
  ['java', 'queryy { __typename }', "Invalid Syntax : offending token 'queryy'", [200, 400]],
  ['juniper', 'queryy { __typename }', 'Unexpected "queryy"', [200, 400]],
  ['php', 'query ! {__typename}', 'Syntax Error: Cannot parse the unexpected character "!".', [200, 400]],
  [
    'ruby',
    'query @skip {__typename}',
    "'@skip' can't be applied to queries (allowed: fields, fragment spreads, inline fragments)",
    [200, 400],
  ],
  [
    'sangria',
    'queryy { __typename }',
    'Syntax error while parsing GraphQL query. Invalid input "queryy", expected ExecutableDefinition or TypeSystemDefinition',
    [200],
  ],
  [
    'strawberry',
    'query @deprecated { __typename }',
    "Directive '@deprecated' may not be used on query.",
    [200, 400],
  ],
  ['tartiflette', 'query @a { __typename }', 'Unknow Directive < @a >.', [200, 400]],
  ['wpgraphql', 'query { alias1$1:__typename }', 'Syntax Error: Expected Name, found $', [200, 400]],
];

const technologies: readonly Check[] = [
  {
    name: 'graphql-detect',
    sent: `introspection on ${detectedPaths.length} paths`,
    requests: post(...detectedPaths)({ query: 'query IntrospectionQuery{__schema {queryType { name }}}' }),
    isFinding: (answer) =>
      answer.status === 200 &&
      isJson(answer) &&
      /__schema|Introspection|INTROSPECTION|introspection|operation not found/.test(answer.text),
  },
  ...engines.map(([engine, query, words, statuses]): Check => ({
    name: `graphql-${engine}-detect`,
    sent: `an error as ${engine} words it`,
    requests: toFourPaths({ query }),
    isFinding: ({ status, text }) => statuses.includes(status) && messagesIn(text).includes(words),
  })),
];

/** nuclei searches the body as it is sent; quotes that JSON escapes are searched both ways here. */
const messagesIn = (text: string): string => `${text}\n${text.replaceAll('\\"', '"')}`;

/**
 * The templates of nuclei about GraphQL in general. Those about one product (GitLab, Hasura, WordPress, …) are left out.
 *
 * @see https://github.com/projectdiscovery/nuclei-templates (http/misconfiguration/graphql, http/technologies/graphql,
 *   http/technologies/graphql-detect.yaml)
 */
export const nuclei: Judge = { name: 'nuclei', checks: [...misconfigurations, ...technologies] };
