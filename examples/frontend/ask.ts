import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import type { GatewayExtensions } from '../../client/src/index.ts';

/** The gateway's URL, and the headers that identify the viewer, such as `authorization`. */
export interface Gateway {
  readonly endpoint: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer of GraphQL over HTTP, with any status: data, errors or both. */
export interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly AnswerError[];
}

/** Of GraphQL itself and of routers too, which have fewer extensions. */
export interface AnswerError {
  readonly message: string;
  readonly extensions?: Partial<GatewayExtensions>;
}

const timeoutMs = 10_000;

/**
 * Sends one operation. Variables and data have the types of the document.
 *
 * @throws what `fetch` throws: a `TimeoutError` after ten seconds, a `TypeError` without a connection,
 * a `SyntaxError` if the answer is not JSON.
 */
export async function ask<Data, Variables>(
  { endpoint, headers }: Gateway,
  document: TypedDocumentNode<Data, Variables>,
  variables: NoInfer<Variables>,
): Promise<Answer<Data>> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json',
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify({ query: print(document), variables }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  return (await response.json()) as Answer<Data>;
}
