/**
 * Who is who in this example. A real router checks a token here and takes the unionId out of it; what it must
 * never do is to pass on an `x-dingtalk-union-id` that the client sent.
 */
const unionIds = new Map([
  ['Bearer chy', 'chyxxxxx'],
  ['Bearer lin', 'linxxxxx'],
]);

/** What the subgraph `dingtalk` is told of the person who asks; of a stranger, that it is the router who asks. */
export function operatorHeaders(authorization) {
  const unionId = unionIds.get(authorization ?? '');
  return {
    'x-router-secret': process.env.ROUTER_SECRET,
    ...(unionId !== undefined && { 'x-dingtalk-union-id': unionId }),
  };
}
