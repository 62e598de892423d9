import { ApolloClient, HttpLink, InMemoryCache, type FieldPolicy } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';

/** Queries the gateway behind the page's own origin. `fetchData` adds what identifies the person, such as `authorization`. */
export const createClient = (fetchData?: typeof fetch): ApolloClient =>
  new ApolloClient({
    link: new HttpLink({ uri: '/graphql', ...(fetchData && { fetch: fetchData }) }),
    cache: createCache(),
  });

/** A field that failed is null, and does not erase what is known. */
const keepKnown: FieldPolicy<unknown> = { merge: (known, incoming) => incoming ?? known ?? null };

/** Ids are unique within a space only. A list is known by its space, folder and order; its pages are put together. */
export const createCache = (): InMemoryCache =>
  new InMemoryCache({
    typePolicies: {
      Query: { fields: { conversationSpace: keepKnown } },
      Space: {
        keyFields: ['spaceId'],
        fields: { dentries: relayStylePagination(['parentId', 'orderBy']) },
      },
      Dentry: { keyFields: ['spaceId', 'dentryId'] },
    },
  });
