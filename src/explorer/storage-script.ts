/**
 * The browser script that gives Ruru its storage, and on a first visit fills it with the first of
 * `RURU_CONFIG.defaultTabs`. It runs after `RURU_CONFIG` is there and before Ruru starts.
 *
 * - The keys carry a prefix: another GraphiQL on the same origin (localhost:4000 is a common one) keeps its tabs.
 * - The history is stored without headers: they hold credentials.
 * - GraphiQL opens the default tabs only while no tabs are stored, but takes the editors' first content from
 *   `query` and `variables`, and opens an untitled tab when these match no stored tab.
 */
export const storageScript = `<script>
{
  const prefix = 'dingtalk-graphql-gateway:';
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
