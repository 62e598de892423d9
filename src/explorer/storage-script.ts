import type { GatewayFacts } from './gateway-facts.ts';

/**
 * The browser script that gives Ruru its storage. On a first visit it stores the first of `RURU_CONFIG.defaultTabs`.
 * It runs after `RURU_CONFIG` is set and before Ruru starts.
 *
 * - Keys have a prefix: another GraphiQL on the same origin, often localhost:4000, keeps its tabs. So does the gateway in
 *   its other mode, whose ids cost nothing or do not exist here, and one below another path.
 * - The history is stored without headers, because they hold credentials.
 * - GraphiQL opens the default tabs only if no tabs are stored. It reads the first content of its editors from `query`
 *   and `variables`, and opens an untitled tab if these match no stored tab.
 */
export const storageScript = ({ mode }: Pick<GatewayFacts, 'mode'>): string => `<script>
{
  const prefix = 'dingtalk-graphql-gateway:${mode}:' + new URL('.', document.baseURI).pathname + ':';
  const historyKeys = ['graphiql:queries', 'graphiql:favorites'];
  const withoutHeaders = (name, value) => (name === 'headers' ? undefined : value);
  const ownKeys = () => Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  const storage = {
    get length() { return ownKeys().length; },
    getItem: (key) => localStorage.getItem(prefix + key),
    setItem: (key, value) => {
      const kept = historyKeys.includes(key) ? JSON.stringify(JSON.parse(value), withoutHeaders) : value;
      localStorage.setItem(prefix + key, kept);
    },
    removeItem: (key) => localStorage.removeItem(prefix + key),
    clear: () => ownKeys().forEach((key) => localStorage.removeItem(key)),
  };
  if (storage.getItem('graphiql:tabState') === null) {
    const [{ query, variables }] = RURU_CONFIG.defaultTabs;
    storage.setItem('graphiql:query', query);
    storage.setItem('graphiql:variables', variables);
  }
  RURU_CONFIG.storage = storage;
}
</script>`;
