/** What the judges may find, by who asks which gateway, and why that is no fault. Everything else is one. */
export const expected = {
  'production, no key': {},
  production: {
    'graphql-alias-batching':
      'a page asks for many groups by aliases; MAX_LOOKUPS_PER_REQUEST bounds them and the calls behind them',
    'graphql-directive-overloading':
      'taken from any message that names the directive: here the one error that refuses the document',
  },
  development: {
    introspection: 'on outside production: the explorer and code generators need it',
    detect_graphiql: 'the explorer is on outside production',
    'graphql-alias-batching': 'as in production',
    'graphql-directive-overloading': 'as in production',
    'graphql-introspection': 'on outside production',
    'graphql-detect': 'finds GraphQL by its introspection',
  },
} as const satisfies Record<string, Record<string, string>>;

export type Target = keyof typeof expected;
