import { QueryClient } from '@tanstack/query-core';
import { text, type Gateway, type GroupAnswer, type GroupVariables } from './group.ts';

export async function tanstackQuery(
  { url, headers }: Gateway,
  variables: GroupVariables,
): Promise<GroupAnswer> {
  const client = new QueryClient();
  return client.fetchQuery({
    queryKey: ['group', variables],
    queryFn: async () => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: text, variables }),
      });
      const { data, errors } = (await response.json()) as {
        data?: GroupAnswer;
        errors?: readonly { message: string }[];
      };
      if (!data) throw new Error(errors?.[0]?.message ?? `HTTP ${response.status}`);
      return data;
    },
  });
}
