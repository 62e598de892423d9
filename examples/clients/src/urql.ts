import { cacheExchange, Client, fetchExchange, gql } from '@urql/core';
import { text, type Gateway, type GroupAnswer, type GroupVariables } from './group.ts';

const query = gql<GroupAnswer, GroupVariables>(text);

/** urql sends short queries by GET. */
export async function urql(
  { url, headers = {} }: Gateway,
  variables: GroupVariables,
): Promise<GroupAnswer | undefined> {
  const client = new Client({ url, exchanges: [cacheExchange, fetchExchange], fetchOptions: { headers } });
  const { data, error } = await client.query(query, variables).toPromise();
  if (error) throw error;
  return data;
}
