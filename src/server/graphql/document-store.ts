import type { DocumentStore } from '@apollo/server';
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { PersistedDocuments } from '../../graph/documents/persisted-documents.ts';

/** As in Apollo Server's own store. */
const maxBytes = 30 * 1024 * 1024;
const hashLength = 64;

/** The persisted documents, which stay, and the latest of the others: Apollo Server stores what it has validated. */
export function createDocumentStore(persisted: PersistedDocuments): DocumentStore {
  const others = new LRUCache<string, DocumentNode>({
    maxSize: maxBytes,
    sizeCalculation: (document) => Buffer.byteLength(JSON.stringify(document)),
  });
  return {
    // A key ends with the SHA-256 of the text; what precedes it names the schema, of which there is one.
    get: async (key) => persisted.withHash(key.slice(-hashLength))?.document ?? others.get(key),
    async set(key, document) {
      others.set(key, document);
    },
    delete: async (key) => others.delete(key),
  };
}
