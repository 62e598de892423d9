import { expect, test } from '@jest/globals';
import { judge, type Verdict } from '../../scripts/judges/check.ts';
import { judges, runJudges, surprises } from '../../scripts/judges/run-judges.ts';
import { startDefencelessServer } from './defenceless-server.ts';

const ofGraphqlCop = [
  'field_suggestions',
  'introspection',
  'detect_graphiql',
  'get_method_support',
  'alias_overloading',
  'batch_query',
  'trace_mode',
  'directive_overloading',
  'circular_query_introspection',
  'get_based_mutation',
  'post_based_csrf',
  'unhandled_error_detection',
  'field_duplication',
];
const ofNuclei = [
  'graphiql-exposure',
  'graphql-alias-batching',
  'graphql-altair',
  'apollo-sandbox-ui-exposed',
  'graphql-array-batching',
  'graphql-directive-overloading',
  'graphql-field-suggestion',
  'graphql-get-method',
  'graphql-introspection',
  'graphql-playground',
  'graphql-voyager',
  'graphql-detect',
];
/** Each is found by the words of one engine's errors. */
const engines = [
  'apiforwp',
  'apollo',
  'ariadne',
  'dianajl',
  'flutter',
  'go',
  'gqlgen',
  'graphene',
  'hasura',
  'hypergraphql',
  'java',
  'juniper',
  'php',
  'ruby',
  'sangria',
  'strawberry',
  'tartiflette',
  'wpgraphql',
].map((engine) => `graphql-${engine}-detect`);

/** The whole table of one gateway, by which checks are findings. */
const table = (...findings: readonly string[]): Record<string, boolean> =>
  Object.fromEntries(
    [...ofGraphqlCop, ...ofNuclei, ...engines].map((name) => [name, findings.includes(name)] as const),
  );
const asTable = (verdicts: readonly Verdict[]): Record<string, boolean> =>
  Object.fromEntries(verdicts.map(({ name, isFinding }) => [name, isFinding] as const));

test('the judges find what is meant to be found, and nothing else', async () => {
  const verdicts = await runJudges();

  expect(asTable(verdicts['production, no key'])).toEqual(table());
  // Six aliases are answered, which also shows that the key was accepted.
  expect(asTable(verdicts.production)).toEqual(
    table('graphql-alias-batching', 'get_method_support', 'graphql-get-method'),
  );
  expect(asTable(verdicts.development)).toEqual(
    table(
      'introspection',
      'detect_graphiql',
      'field_suggestions',
      'graphql-alias-batching',
      'graphql-introspection',
      'graphql-detect',
    ),
  );
  expect(surprises(verdicts)).toEqual([]);
});

test('every check finds something on a server without defences, but for the other engines', async () => {
  await using server = await startDefencelessServer();

  const verdicts = await judge(judges, server.url);

  expect(asTable(verdicts)).toEqual(table(...ofGraphqlCop, ...ofNuclei, 'graphql-apollo-detect'));
});

const verdict = (name: string, isFinding: boolean): Verdict => ({
  judge: 'nuclei',
  name,
  sent: '',
  isFinding,
});

test('a finding that is not expected, and an expected one that is gone, are named', () => {
  expect(
    surprises({
      'production, no key': [verdict('graphql-detect', true)],
      production: [verdict('graphql-alias-batching', true)],
      development: [verdict('graphql-alias-batching', false)],
    }),
  ).toEqual([
    'production, no key: nuclei finds graphql-detect',
    'development: nuclei no longer finds graphql-alias-batching',
  ]);
});
