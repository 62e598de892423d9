import type { SandboxCall } from '../../../src/sandbox/sandbox.ts';
import type { Answer, GatewayUnderTest } from '../../support/start-gateway.ts';

/** The space of the stand-in's example. */
export const exampleSpace = '798xxxxx';

/** The calls that the upstream saw, in order, without those for tokens: the API and what it was asked. */
export const callsSeen = ({ upstream }: Pick<GatewayUnderTest, 'upstream'>): readonly string[] =>
  upstream.calls.filter(({ api }) => api !== 'accessToken').map(textOf);

function textOf({ api, path, query, body }: SandboxCall): string {
  const { unionId: _, ...rest } = query;
  const asked = body === undefined ? rest : body;
  const place = path.replace(/^\/v1\.0\/(storage\/spaces|im\/chat)\//, '').split('/')[0];
  if (api === 'conversationSpace') return `${api} ${JSON.stringify(body)}`;
  return Object.keys(asked as object).length === 0
    ? `${api} ${place}`
    : `${api} ${place} ${JSON.stringify(asked)}`;
}

/** The public code of each error, at its place in the answer. */
export const codesAt = ({ body }: Answer): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    (body.errors ?? []).map(({ path = [], extensions }) => [path.join('.'), extensions.code]),
  );
