import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { cacheExchange, type Data, type UpdatesConfig } from '@urql/exchange-graphcache';
import { gatewayErrorsOf, type AttemptOptions } from 'dingtalk-graphql-gateway-client';
import { cacheOptions, createWaitExchange } from 'dingtalk-graphql-gateway-client/urql';
import { group, names, page, rows, spaceOf, tooFast, twoSpaces } from './queries.ts';
import { runNamed, sleep, untilAborted } from './test-process.ts';

interface Page {
  readonly space: { readonly dentries: { readonly nodes: readonly Data[] } };
}

function createClient(endpoint: string, options: AttemptOptions = {}): Client {
  return new Client({
    url: endpoint,
    // Node sends no Sec-Fetch-Site, and these processes no credentials: their GETs would be refused.
    preferGetMethod: false,
    exchanges: [cacheExchange(cacheOptions), createWaitExchange({ sleep, ...options }), fetchExchange],
  });
}

const codesOf = (error: unknown): string[] => gatewayErrorsOf(error).map(({ extensions }) => extensions.code);

/** `unknown`: the scenarios are sent as JSON. */
const scenarios: Readonly<Record<string, (endpoint: string) => Promise<unknown>>> = {
  async space(endpoint) {
    const { data, error } = await createClient(endpoint).query(spaceOf, group);
    return { data, codes: codesOf(error) };
  },

  async twice(endpoint) {
    const client = createClient(endpoint);
    await client.query(spaceOf, group, { requestPolicy: 'network-only' });
    return (await client.query(spaceOf, group, { requestPolicy: 'network-only' })).data;
  },

  async twoSpaces(endpoint) {
    return (await createClient(endpoint).query(twoSpaces, {})).data;
  },

  async rows(endpoint) {
    const { data, error } = await createClient(endpoint).query(rows, { ids: ['2011', 'gone'] });
    return { data, codes: codesOf(error) };
  },

  async keys(endpoint) {
    const cached: unknown[] = [];
    const updates: UpdatesConfig = {
      Query: {
        space(answer, _arguments, cache) {
          const { nodes } = (answer as unknown as Page).space.dentries;
          const entities = [answer['space'] as Data, ...nodes];
          cached.push(...entities.map((entity) => cache.keyOfEntity(entity)));
        },
      },
    };
    const exchanges = [cacheExchange({ ...cacheOptions, updates }), fetchExchange];
    const client = new Client({ url: endpoint, preferGetMethod: false, exchanges });
    await client.query(page, {});
    // Each row is found by its key.
    const again = await client.query<Page>(page, {}, { requestPolicy: 'cache-only' });
    return { rows: again.data?.space.dentries.nodes, cached };
  },

  async names(endpoint) {
    return (await createClient(endpoint).query(names, {})).data;
  },

  async left(endpoint) {
    const { promise: waiting, resolve } = Promise.withResolvers<AbortSignal | undefined>();
    const client = createClient(endpoint, { sleep: untilAborted(resolve) });
    const page = client.query(spaceOf, group).subscribe(() => {});
    const signal = await waiting;
    page.unsubscribe();
    return { isAborted: signal?.aborted };
  },

  async sentOnce() {
    const sent: string[] = [];
    const supergraph = subscriptionExchange({
      enableAllOperations: true,
      forwardSubscription: ({ query = '' }) => ({
        subscribe(sink) {
          const [type = ''] = query.split(' ', 1);
          sent.push(type);
          sink.next({ ...tooFast });
          // At the end of a subscription urql would repeat its last event.
          if (type === 'subscription') sink.next({ data: { shared: true } });
          else sink.complete();
          return { unsubscribe() {} };
        },
      }),
    });
    const client = new Client({
      url: 'http://localhost/',
      preferGetMethod: false,
      exchanges: [createWaitExchange({ sleep }), supergraph],
    });
    const { error } = await client.mutation('mutation { shared }', {});
    const events: unknown[] = [];
    client.subscription('subscription { shared }', {}).subscribe(({ data }) => events.push(data));
    return { sent, codes: codesOf(error), events };
  },

  async aborted(endpoint) {
    const controller = new AbortController();
    process.once('message', () => controller.abort());
    const { data, error } = await createClient(endpoint, { signal: controller.signal }).query(spaceOf, group);
    return { data, codes: codesOf(error) };
  },
};

await runNamed(scenarios);
