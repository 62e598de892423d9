/**
 * The people of this example. A real router checks a token here and reads the unionId from it. It must never
 * forward an `x-dingtalk-union-id` that the client sent.
 */
const unionIds = new Map([
  ['Bearer chy', 'chyxxxxx'],
  ['Bearer lin', 'linxxxxx'],
]);

/** The headers for the subgraph `dingtalk`: the viewer's unionId, or none for an unknown token, and the router's secret. */
export function operatorHeaders(authorization) {
  const unionId = unionIds.get(authorization ?? '');
  return {
    'x-router-secret': process.env.ROUTER_SECRET,
    ...(unionId !== undefined && { 'x-dingtalk-union-id': unionId }),
  };
}
