import { ApolloProvider } from '@apollo/client/react';
import { useState, type ReactNode } from 'react';
import { App } from './app.tsx';
import { createClient } from './client.ts';

/** The page with its data. What one person has loaded goes when they sign out. */
export function Files({ fetchData }: { readonly fetchData?: typeof fetch }): ReactNode {
  const [client] = useState(() => createClient(fetchData));
  return (
    <ApolloProvider client={client}>
      <App />
    </ApolloProvider>
  );
}
