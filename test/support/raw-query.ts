import { rawRequest, sendRaw } from './raw-http.ts';

export const lookup = '{ conversationSpace(openConversationId: "cid9FTRQSLo+sKxxxx") { spaceId } }';
export const found = { data: { conversationSpace: { spaceId: '798xxxxx' } } };

/** The lookup with exactly these headers, repetitions included. */
export async function rawQuery(
  url: string,
  headers: readonly (readonly [string, string])[],
): Promise<{ status: number; headers: ReadonlyMap<string, string>; body: any }> {
  const answer = await sendRaw(
    url,
    rawRequest(
      'POST /graphql HTTP/1.1',
      [['content-type', 'application/json'], ...headers],
      JSON.stringify({ query: lookup }),
    ),
  );
  if (!answer) throw new Error('The connection was closed without an answer');
  return { status: answer.status, headers: answer.headers, body: JSON.parse(answer.body) };
}

/** The answer to a request without valid credentials. */
export const unauthenticated = {
  status: 401,
  body: {
    errors: [{ message: expectText(), extensions: { code: 'UNAUTHENTICATED', retryable: false } }],
  },
};

/** Matches any text, without the test runner. */
function expectText(): unknown {
  return { asymmetricMatch: (value: unknown) => typeof value === 'string' && value !== '' };
}
