import {
  ApolloClient,
  ApolloLink,
  gql,
  HttpLink,
  InMemoryCache,
  type TypedDocumentNode,
} from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { text, type Gateway, type GroupAnswer, type GroupVariables } from './group.ts';

const query: TypedDocumentNode<GroupAnswer, GroupVariables> = gql(text);

async function ask(link: ApolloLink, variables: GroupVariables): Promise<GroupAnswer | undefined> {
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  return (await client.query({ query, variables })).data;
}

export const apollo = async ({ url, headers = {} }: Gateway, variables: GroupVariables) =>
  ask(new HttpLink({ uri: url, headers }), variables);

export const apolloByGet = async ({ url, headers = {} }: Gateway, variables: GroupVariables) =>
  ask(new HttpLink({ uri: url, headers, useGETForQueries: true }), variables);

/** Asks by a hash first. The gateway knows none, and says so; then the client sends the text, and no hash any more. */
export const apolloByHash = async ({ url, headers = {} }: Gateway, variables: GroupVariables) =>
  ask(ApolloLink.from([new PersistedQueryLink({ sha256 }), new HttpLink({ uri: url, headers })]), variables);

async function sha256(document: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(document));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
