import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';

/** Where the gateway is, and the headers that say who asks, such as `authorization`. */
export interface Gateway {
  readonly endpoint: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What GraphQL over HTTP answers, whatever the status: data, errors or some of each. */
export interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly AnswerError[];
}

export interface AnswerError {
  readonly message: string;
  readonly extensions?: {
    readonly code?: string;
    readonly retryable?: boolean;
    readonly retryAfterMs?: number;
  };
}

const timeoutMs = 10_000;

/**
 * Sends one operation: its variables and its data are typed as the document says.
 *
 * @throws what `fetch` throws: a `TimeoutError` after ten seconds, a `TypeError` without a connection,
 * a `SyntaxError` where something else than the gateway answers.
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
