import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';

/** What is to be executed, before it is. */
export interface ResolvedOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** As they came. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** @throws a public error, with its HTTP status, for what is not to be executed. */
export type OperationCheck = (resolved: ResolvedOperation) => void;
