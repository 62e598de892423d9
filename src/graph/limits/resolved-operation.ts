import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';

/** An operation before it is executed. */
export interface ResolvedOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** As they came. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** @throws a public error, with its HTTP status, for an operation that must not be executed. */
export type OperationCheck = (resolved: ResolvedOperation) => void;
