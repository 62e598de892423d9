export const targets = ['production, no key', 'production', 'development'] as const;
export type Target = (typeof targets)[number];

/** A finding that is no fault. */
export interface ExpectedFinding {
  readonly name: string;
  readonly judge: 'graphql-cop' | 'nuclei';
  readonly where: readonly Target[];
  readonly why: string;
}

/** What the judges may find. Everything else is a fault. */
export const expected: readonly ExpectedFinding[] = [
  {
    name: 'graphql-alias-batching',
    judge: 'nuclei',
    where: ['production', 'development'],
    why: 'pages need aliases; MAX_ALIASES bounds them',
  },
  {
    name: 'get_method_support',
    judge: 'graphql-cop',
    where: ['production'],
    why: 'with a key in a header no foreign page can send it',
  },
  {
    name: 'graphql-get-method',
    judge: 'nuclei',
    where: ['production'],
    why: 'the same',
  },
  {
    name: 'introspection',
    judge: 'graphql-cop',
    where: ['development'],
    why: 'the explorer and code generators need it',
  },
  {
    name: 'graphql-introspection',
    judge: 'nuclei',
    where: ['development'],
    why: 'the same',
  },
  {
    name: 'graphql-detect',
    judge: 'nuclei',
    where: ['development'],
    why: 'it asks for introspection, too',
  },
  {
    name: 'detect_graphiql',
    judge: 'graphql-cop',
    where: ['development'],
    why: 'the explorer is meant to be found',
  },
  {
    name: 'field_suggestions',
    judge: 'graphql-cop',
    where: ['development'],
    why: 'a developer is helped by "did you mean"',
  },
];
