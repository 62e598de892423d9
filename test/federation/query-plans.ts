import { fileURLToPath } from 'node:url';
import { existsSync } from 'node:fs';

const planner = new URL(
  '../../examples/supergraph/node_modules/@graphql-hive/router-query-planner/dist/index.js',
  import.meta.url,
);

/** The planner is a dependency of the example, with one binary for each platform. */
export const plannerInstalled = existsSync(planner);

/** What the tests read of a plan. */
export type PlanNode =
  | { readonly kind: 'Fetch' | 'BatchFetch'; readonly serviceName: string; readonly operation: string }
  | { readonly kind: 'Sequence' | 'Parallel'; readonly nodes: readonly PlanNode[] }
  | { readonly kind: 'Flatten'; readonly node: PlanNode }
  | { readonly kind: 'Condition'; readonly ifClause?: PlanNode; readonly elseClause?: PlanNode };

interface QueryPlanner {
  plan(
    query: string,
    operationName: undefined,
    activeLabels: Set<string>,
    percentageValue: number,
  ): { readonly node?: PlanNode };
}

/** The query planner of Hive Router over `supergraphSdl`. */
export async function createPlanner(supergraphSdl: string): Promise<(query: string) => PlanNode> {
  const { QueryPlanner } = (await import(fileURLToPath(planner))) as {
    QueryPlanner: new (supergraphSdl: string) => QueryPlanner;
  };
  const plans = new QueryPlanner(supergraphSdl);
  return (query) => {
    const { node } = plans.plan(query, undefined, new Set(), 0);
    if (!node) throw new Error('The plan is empty');
    return node;
  };
}

/** The requests to subgraphs, in order: `,` is “then”, `+` is “at the same time”, `?` is “if a variable says so”. */
export function requestsOf(node: PlanNode): string {
  switch (node.kind) {
    case 'Fetch':
    case 'BatchFetch':
      return node.serviceName;
    case 'Sequence':
      return node.nodes.map(requestsOf).join(', ');
    case 'Parallel':
      return `(${node.nodes.map(requestsOf).toSorted().join(' + ')})`;
    case 'Flatten':
      return requestsOf(node.node);
    case 'Condition':
      return [node.ifClause, node.elseClause].map((clause) => clause && `${requestsOf(clause)}?`).join('');
  }
}

/** Every request of a plan to `subgraph`. */
export function operationsTo(subgraph: string, node: PlanNode): string[] {
  const below = (nodes: readonly (PlanNode | undefined)[]): string[] =>
    nodes.flatMap((each) => (each ? operationsTo(subgraph, each) : []));
  switch (node.kind) {
    case 'Fetch':
    case 'BatchFetch':
      return node.serviceName === subgraph ? [node.operation] : [];
    case 'Sequence':
    case 'Parallel':
      return below(node.nodes);
    case 'Flatten':
      return below([node.node]);
    case 'Condition':
      return below([node.ifClause, node.elseClause]);
  }
}
