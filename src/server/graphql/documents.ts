import type { DocumentStore } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { publicError } from '../../errors/public-error.ts';
import { hashOfDocument, type PersistedDocuments } from '../../graph/documents/persisted-documents.ts';
import type { DocumentOutcome } from '../../observability/metrics/labels.ts';
import { graphqlResponse } from '../media-types.ts';
import { RefusedRequestError } from '../refusal.ts';
import { createDocumentStore } from './document-store.ts';
import type { Parameters } from './parameters.ts';

/** The document that one request asks for. */
export interface AskedDocument {
  /** The text of a persisted document, in place of its id; undefined: the request has its own. */
  readonly text: string | undefined;
  /**
   * Returns the id of a persisted document. To be called once the viewer is known: strangers learn nothing of ids.
   *
   * @throws a public error where there is no such document, or where it may not be executed.
   */
  admit(mediaType: string): string | undefined;
}

/** Which documents are executed. */
export interface Documents {
  /** For Apollo Server, which parses and validates none of what is in it. Undefined: its own. */
  readonly store: DocumentStore | undefined;
  /** @throws {RefusedRequestError} where a hash is not that of the text beside it. */
  ask(parameters: Parameters): AskedDocument;
}

interface DocumentsOptions {
  readonly persisted: PersistedDocuments;
  /** Where other texts are executed only if this is true for them. */
  readonly isAllowed: ((text: string, hash: string) => boolean) | undefined;
  readonly onAsked: (outcome: DocumentOutcome) => void;
}

const asSent: AskedDocument = { text: undefined, admit: () => undefined };

/** Persisted documents may be asked for, and others as `options` say. Nothing that a request holds is stored. */
export function createDocuments({ persisted, isAllowed, onAsked }: DocumentsOptions): Documents {
  function admitText(text: string): string | undefined {
    const hash = hashOfDocument(text);
    const known = persisted.withHash(hash);
    if (!known && isAllowed && !isAllowed(text, hash)) {
      onAsked('refused');
      throw notPersisted();
    }
    onAsked(known ? 'persisted' : 'text');
    return known?.id;
  }

  return {
    store: createDocumentStore(persisted),
    ask(parameters) {
      const { query } = parameters;
      if (query) {
        checkHash(query, parameters);
        return { text: undefined, admit: () => admitText(query) };
      }
      const found = persisted.find(idIn(parameters));
      return {
        text: found?.text,
        admit(mediaType) {
          onAsked(found ? 'persisted' : 'not_found');
          if (!found) throw notFound(parameters, mediaType, 'PERSISTED_DOCUMENT_NOT_FOUND');
          return found.id;
        },
      };
    },
  };
}

/** Every document is sent as text. */
export const documentsAsSent: Documents = {
  store: undefined,
  ask(parameters) {
    if (parameters.query) {
      checkHash(parameters.query, parameters);
      return asSent;
    }
    return {
      text: undefined,
      admit(mediaType) {
        throw notFound(parameters, mediaType, 'PERSISTED_QUERY_NOT_SUPPORTED');
      },
    };
  },
};

const idIn = ({ documentId, extensions }: Parameters): string =>
  documentId || (extensions?.persistedQuery?.sha256Hash ?? '');

function checkHash(query: string, { extensions }: Parameters): void {
  const hash = extensions?.persistedQuery?.sha256Hash;
  if (hash === undefined || hash === hashOfDocument(query)) return;
  throw new RefusedRequestError(422, 'The sha256Hash is not that of the query: send one of the two.');
}

/**
 * Apollo's clients send the text next if the message is this one word, or by a code of theirs. Apollo Gateway reads the
 * message alone, and no answer but a 200. Where nothing is persisted, `apolloCode` keeps Apollo Client from asking each time.
 */
function notFound(
  { documentId }: Parameters,
  mediaType: string,
  apolloCode: 'PERSISTED_DOCUMENT_NOT_FOUND' | 'PERSISTED_QUERY_NOT_SUPPORTED',
): GraphQLError {
  if (documentId) {
    return publicError(
      'PERSISTED_DOCUMENT_NOT_FOUND',
      "The gateway has no document with this id: send its text as query, or have it added to the gateway's files.",
      { httpStatus: 422 },
    );
  }
  const status = mediaType === graphqlResponse ? 422 : 200;
  return new GraphQLError('PersistedQueryNotFound', {
    extensions: { code: apolloCode, retryable: false, http: { status, headers: new Map() } },
  });
}

const notPersisted = (): GraphQLError =>
  publicError(
    'PERSISTED_DOCUMENT_REQUIRED',
    "The gateway executes persisted documents only: send the documentId of one, or have this one added to the gateway's files.",
    { httpStatus: 422 },
  );
