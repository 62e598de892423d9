import {
  Environment,
  fetchQuery,
  Network,
  RecordSource,
  Store,
  type ConcreteRequest,
  type GraphQLResponse,
  type OperationType,
} from 'relay-runtime';
import { text, type Gateway, type GroupAnswer, type GroupVariables } from './group.ts';

interface GroupQuery extends OperationType {
  readonly variables: GroupVariables;
  readonly response: GroupAnswer;
}

/** Relay's own pattern: the function that its guide has for the network. */
export async function relay(
  { url, headers }: Gateway,
  variables: GroupVariables,
): Promise<GroupAnswer | undefined> {
  const environment = new Environment({
    store: new Store(new RecordSource()),
    network: Network.create(async (operation, given) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: operation.text, variables: given }),
      });
      return (await response.json()) as GraphQLResponse;
    }),
  });
  return fetchQuery<GroupQuery>(environment, compiled, variables).toPromise();
}

const fields = [
  {
    alias: null,
    args: [{ kind: 'Variable', name: 'openConversationId', variableName: 'group' }],
    concreteType: 'Space',
    kind: 'LinkedField',
    name: 'conversationSpace',
    plural: false,
    selections: ['spaceId', 'corpId'].map((name) => ({
      alias: null,
      args: null,
      kind: 'ScalarField',
      name,
      storageKey: null,
    })),
    storageKey: null,
  },
];
const argumentDefinitions = [{ defaultValue: null, kind: 'LocalArgument', name: 'group' }];

/** What `relay-compiler` writes for the query, whose text is {@link text}. */
const compiled = {
  kind: 'Request',
  fragment: {
    argumentDefinitions,
    kind: 'Fragment',
    metadata: null,
    name: 'Group',
    selections: fields,
    type: 'Query',
    abstractKey: null,
  },
  operation: { argumentDefinitions, kind: 'Operation', name: 'Group', selections: fields },
  params: { id: null, cacheID: 'group', metadata: {}, name: 'Group', operationKind: 'query', text },
} as unknown as ConcreteRequest;
