import {
  ApolloClient,
  ApolloLink,
  gql,
  HttpLink,
  InMemoryCache,
  Observable,
  type ObservableQuery,
} from '@apollo/client';
import { gatewayErrorsOf, type AttemptOptions } from 'dingtalk-graphql-gateway-client';
import { createWaitLink, typePolicies } from 'dingtalk-graphql-gateway-client/apollo';
import {
  group,
  listOfEdges,
  listOfNodes,
  names,
  page,
  rows,
  spaceOf,
  tooFast,
  twoSpaces,
} from './queries.ts';
import { runNamed, sleep, untilAborted } from './test-process.ts';

interface Page {
  readonly space: {
    readonly dentries: {
      readonly edges: readonly { readonly node: { readonly dentryId: string } }[];
      readonly nodes: readonly { readonly dentryId: string }[];
      readonly pageInfo: { readonly endCursor: string };
    };
  };
}

const createClient = (endpoint: string, options: AttemptOptions = {}): ApolloClient =>
  new ApolloClient({
    link: createWaitLink({ sleep, ...options }).concat(new HttpLink({ uri: endpoint })),
    cache: new InMemoryCache({ typePolicies }),
  });

/** Resolves once `holds` is true after one of its results. */
const until = (list: ObservableQuery<Page>, holds: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    list.subscribe(() => {
      if (holds()) resolve();
    });
  });

const codesOf = (error: unknown): string[] => gatewayErrorsOf(error).map(({ extensions }) => extensions.code);

/** `unknown`: the scenarios are sent as JSON. */
const scenarios: Readonly<Record<string, (endpoint: string) => Promise<unknown>>> = {
  async space(endpoint) {
    const client = createClient(endpoint);
    const { data, error } = await client.query({
      query: gql(spaceOf),
      variables: group,
      errorPolicy: 'all',
    });
    return { data, codes: codesOf(error) };
  },

  async twice(endpoint) {
    const client = createClient(endpoint);
    const options = { query: gql(spaceOf), variables: group, fetchPolicy: 'network-only' } as const;
    await client.query(options);
    return (await client.query(options)).data;
  },

  async twoSpaces(endpoint) {
    return (await createClient(endpoint).query({ query: gql(twoSpaces) })).data;
  },

  async rows(endpoint) {
    const client = createClient(endpoint);
    const { data, error } = await client.query({
      query: gql(rows),
      variables: { ids: ['2011', 'gone'] },
      errorPolicy: 'all',
    });
    return { data, codes: codesOf(error) };
  },

  async pages(endpoint) {
    const client = createClient(endpoint);
    const first = (await client.query<Page>({ query: gql(page) })).data;
    const list = client.watchQuery<Page>({ query: gql(page) });
    const ended = list.subscribe({});
    const after = first?.space.dentries.pageInfo.endCursor;
    await list.fetchMore({ variables: { after } });
    // The same page again: its rows are not doubled.
    await list.fetchMore({ variables: { after } });
    ended.unsubscribe();
    const known = client.readQuery<Page>({ query: gql(page) })?.space.dentries;
    return {
      rows: known?.edges.map(({ node }) => node.dentryId),
      nodes: known?.nodes.map(({ dentryId }) => dentryId),
      cached: Object.keys(client.cache.extract() as object).toSorted(),
    };
  },

  async twoForms(endpoint) {
    const client = createClient(endpoint);
    const nodes = client.watchQuery<Page>({ query: gql(listOfNodes) });
    const edges = client.watchQuery<Page>({ query: gql(listOfEdges) });
    const read = ({ options: { query } }: typeof edges): Page['space']['dentries'] | undefined =>
      client.readQuery<Page>({ query })?.space.dentries;
    const more = (list: typeof edges): Promise<unknown> =>
      list.fetchMore({ variables: { after: read(list)?.pageInfo.endCursor } });
    await Promise.all([nodes, edges].map((list) => until(list, () => read(list) !== undefined)));
    await more(nodes);
    // From the end of the other one's second page.
    await more(edges);
    await until(edges, () => read(edges) !== undefined);
    const first = read(edges)?.edges.map(({ node }) => node.dentryId);
    await more(edges);
    const second = read(edges)?.edges.map(({ node }) => node.dentryId);
    client.stop();
    return { first, second };
  },

  async names(endpoint) {
    return (await createClient(endpoint).query({ query: gql(names) })).data;
  },

  async failureKeepsSpace(endpoint) {
    const client = createClient(endpoint);
    const query = { query: gql(spaceOf), variables: group };
    await client.query(query);
    // The test makes the next one fail.
    await sleep(0);
    const { error } = await client.query({ ...query, errorPolicy: 'all', fetchPolicy: 'network-only' });
    return { codes: codesOf(error), cached: client.readQuery(query) };
  },

  async left(endpoint) {
    const { promise: waiting, resolve } = Promise.withResolvers<AbortSignal | undefined>();
    const client = createClient(endpoint, { sleep: untilAborted(resolve) });
    const page = client.watchQuery({ query: gql(spaceOf), variables: group }).subscribe({});
    const signal = await waiting;
    page.unsubscribe();
    return { isAborted: signal?.aborted };
  },

  async abortedByItsOwnSignal(endpoint) {
    const controller = new AbortController();
    process.once('message', () => controller.abort());
    const { data, error } = await createClient(endpoint).query({
      query: gql(spaceOf),
      variables: group,
      errorPolicy: 'all',
      context: { fetchOptions: { signal: controller.signal } },
    });
    return { data, codes: codesOf(error) };
  },

  async sentOnce() {
    const sent: string[] = [];
    const supergraph = new ApolloLink((operation) => {
      const type: string = operation.operationType;
      sent.push(type);
      return new Observable((observer) => {
        observer.next({ ...tooFast });
        if (type === 'subscription') observer.next({ data: { shared: true } });
        observer.complete();
      });
    });
    const link = createWaitLink({ sleep }).concat(supergraph);
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    const { error } = await client.mutate({ mutation: gql('mutation { shared }'), errorPolicy: 'all' });
    const events: unknown[] = [];
    const shared = client.subscribe({ query: gql('subscription { shared }'), errorPolicy: 'all' });
    await new Promise<void>((complete) => {
      shared.subscribe({ next: ({ data }) => events.push(data), complete });
    });
    return { sent, codes: codesOf(error), events };
  },

  async aborted(endpoint) {
    const controller = new AbortController();
    process.once('message', () => controller.abort());
    const client = createClient(endpoint, { signal: controller.signal });
    const { data, error } = await client.query({
      query: gql(spaceOf),
      variables: group,
      errorPolicy: 'all',
    });
    return { data, codes: codesOf(error) };
  },
};

await runNamed(scenarios);
