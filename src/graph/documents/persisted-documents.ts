import { createHash } from 'node:crypto';
import {
  Kind,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type ValidationRule,
} from 'graphql';
import {
  bareDocumentId,
  isSha256Id,
  shownDocumentId,
  type PersistedDocument,
} from '../../domain/persisted-document.ts';
import type { OperationCheck } from '../limits/resolved-operation.ts';

/** What a document must keep to, to be executed. */
export interface DocumentRules {
  readonly schema: GraphQLSchema;
  /** Whether a document may ask for the schema. */
  readonly introspection: boolean;
  readonly maxTokens: number;
  readonly validationRules: readonly ValidationRule[];
  /** Measured without variables: what they add is measured with each request. */
  readonly checks: readonly OperationCheck[];
}

/** The frontends' own documents, parsed and validated. */
export interface PersistedDocuments {
  /** By its id, or by the SHA-256 of its text: an id with `sha256:` is always this. */
  find(id: string): PersistedDocument | undefined;
  /** By the SHA-256 of a text, in hexadecimal digits. */
  withHash(hash: string): ParsedDocument | undefined;
}

export interface ParsedDocument extends PersistedDocument {
  readonly document: DocumentNode;
}

/** At least one document cannot be executed. */
export class PersistedDocumentsError extends Error {
  override readonly name = 'PersistedDocumentsError';

  /** Each names file, id and remedy. */
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** More are not shown: the first ones say what is wrong. */
const maxProblems = 10;

/** @throws {PersistedDocumentsError} */
export function createPersistedDocuments(
  given: readonly PersistedDocument[],
  rules: DocumentRules,
): PersistedDocuments {
  const byId = new Map<string, PersistedDocument>();
  const byHash = new Map<string, ParsedDocument>();
  const problems: string[] = [];
  for (const persisted of given) {
    const parsed = parseDocument(persisted, rules);
    if (typeof parsed === 'string') problems.push(problemWith(persisted, parsed));
    else byHash.set(hashOfDocument(persisted.text), { ...persisted, document: parsed });
    byId.set(bareDocumentId(persisted.id), persisted);
  }
  if (problems.length > 0) throw new PersistedDocumentsError(firstOf(problems));
  return {
    find(id) {
      const bare = bareDocumentId(id);
      return (isSha256Id(id) ? undefined : byId.get(bare)) ?? byHash.get(bare);
    },
    withHash: (hash) => byHash.get(hash),
  };
}

/** As Apollo Server names a document. */
export const hashOfDocument = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The document, or why it cannot be executed. */
function parseDocument({ text }: PersistedDocument, rules: DocumentRules): DocumentNode | string {
  const { schema, introspection, maxTokens, validationRules, checks } = rules;
  try {
    const document = parse(text, { maxTokens });
    const ownRules = introspection ? validationRules : [NoSchemaIntrospectionCustomRule, ...validationRules];
    const [error] = validate(schema, document, [...specifiedRules, ...ownRules], { maxErrors: 1 });
    if (error) return error.message;
    const operations = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
    for (const operation of operations) {
      for (const check of checks) check({ schema, document, operation, variables: {} });
    }
    return document;
  } catch (error) {
    // A `GraphQLError`, of the parser or of a check.
    return (error as Error).message;
  }
}

const problemWith = ({ id, file }: PersistedDocument, message: string): string =>
  `names ${file}, whose document ${shownDocumentId(id)} can never be executed: ${message.replace(/\.?$/, '.')} ${remedy}`;

const remedy = "Correct it in the frontend, and generate the file again from this gateway's schema.";

function firstOf(problems: readonly string[]): readonly string[] {
  const more = problems.length - maxProblems;
  if (more <= 0) return problems;
  return [...problems.slice(0, maxProblems), `has ${more} more documents that can never be executed`];
}
