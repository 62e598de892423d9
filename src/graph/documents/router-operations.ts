import { Kind, OperationTypeNode, parse, type DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

/** More than the query plans of a router have fetches of one subgraph. */
const maxRemembered = 1000;

interface RouterOperationRules {
  /** Fields of the root that make up an operation of a router. */
  readonly fields: readonly string[];
  readonly maxTokens: number;
}

/** Whether all that a text asks for is a router's: its operations consist of `fields` alone. `hash` is the text's SHA-256. */
export function createRouterOperations({
  fields,
  maxTokens,
}: RouterOperationRules): (text: string, hash: string) => boolean {
  const known = new LRUCache<string, true>({ max: maxRemembered });
  return (text, hash) => {
    const isRouters = known.has(hash) || consistsOf(fields, parsed(text, maxTokens));
    if (isRouters) known.set(hash, true);
    return isRouters;
  };
}

function parsed(text: string, maxTokens: number): DocumentNode | undefined {
  try {
    return parse(text, { maxTokens, noLocation: true });
  } catch {
    return undefined;
  }
}

/** A fragment at the root may hold any field: routers write none there. */
function consistsOf(fields: readonly string[], document: DocumentNode | undefined): boolean {
  const operations = document?.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION) ?? [];
  const selections = operations.flatMap(({ selectionSet }) => selectionSet.selections);
  return (
    selections.length > 0 &&
    operations.every(({ operation }) => operation === OperationTypeNode.QUERY) &&
    selections.every((each) => each.kind === Kind.FIELD && fields.includes(each.name.value))
  );
}
