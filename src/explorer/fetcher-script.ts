/**
 * The browser script with which Ruru sends operations. It runs after `RURU_CONFIG` is set and before Ruru starts.
 *
 * - The endpoint is relative to the page, which may be below a path of a proxy.
 * - Every operation asks for its cost (`x-cost: 1`), which is shown below the answers.
 * - The schema of the page is the one for clients: what only routers use (`_entities`, `_service`) would be the first in
 *   every list. It can still be queried.
 */
export const fetcherScript = (endpoint: string): string => `<script>
{
  const url = new URL('.${endpoint}', document.baseURI);
  const isForRouters = ({ name }) => /^_(?!_)/.test(name);
  const withoutRouters = (types) => types
    .filter((type) => !isForRouters(type))
    .map((type) => type.fields ? { ...type, fields: type.fields.filter((field) => !isForRouters(field)) } : type);
  const counted = (count, noun) => count.toLocaleString('en') + ' ' + noun + (count === 1 ? '' : 's');

  const textOf = ({ lookups, calls, fromCache, joined, waitMs, throttle, quota }) => [
    counted(calls, 'call') + ' to DingTalk for ' + counted(lookups, 'lookup'),
    fromCache > 0 && fromCache.toLocaleString('en') + ' from the cache',
    joined > 0 && joined.toLocaleString('en') + ' shared with other requests',
    waitMs > 0 && 'waited ' + waitMs.toLocaleString('en') + ' ms',
    throttle && throttle.available.toLocaleString('en') + ' of ' + throttle.max.toLocaleString('en') + ' calls a second are free',
    quota && typeof quota.used === 'number' && counted(quota.used, 'call') + ' this month'
      + (typeof quota.limit === 'number' ? ' of ' + quota.limit.toLocaleString('en') : ''),
  ].filter(Boolean).join(' · ');

  const showCost = (operationName, text) => {
    document.getElementById('cost').textContent = (operationName ?? 'This operation') + ': ' + text;
  };

  RURU_CONFIG.fetcher = async (params, { headers } = {}) => {
    const isIntrospection = params.operationName === 'IntrospectionQuery';
    const isExplained = document.getElementById('explain')?.checked ?? false;
    const sent = new Headers({
      accept: 'application/graphql-response+json, application/json',
      'content-type': 'application/json',
      ...(!isIntrospection && { 'x-cost': '1', ...(isExplained && { 'x-explain': '1' }) }),
    });
    for (const [name, value] of Object.entries(headers ?? {})) sent.set(name, value);
    // What stands below is of the operation before.
    if (!isIntrospection) showCost(params.operationName, 'no answer yet');
    let response;
    try {
      response = await fetch(url, { method: 'POST', headers: sent, body: JSON.stringify(params) });
    } catch {
      throw new Error(url.href + ' has not answered. Look whether the gateway runs, and whether what is in front of it '
        + 'asks for a new sign-in.');
    }
    const answer = await response.json().catch(() => undefined);
    if (typeof answer !== 'object' || answer === null) {
      throw new Error('HTTP ' + response.status + ' from ' + url.pathname + ' is no JSON object: it did not come from the '
        + 'gateway. Look at what is in front of it.');
    }
    const cost = answer.extensions?.cost;
    if (!isIntrospection) showCost(params.operationName, cost ? textOf(cost) : 'the answer says no cost');
    const schema = isIntrospection && answer.data?.__schema;
    return schema ? { data: { __schema: { ...schema, types: withoutRouters(schema.types) } } } : answer;
  };
}
</script>`;
