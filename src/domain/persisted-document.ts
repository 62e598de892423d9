/** A GraphQL document that a frontend's build has written to a file, by the id that clients send in its place. */
export interface PersistedDocument {
  /** As in the file. */
  readonly id: string;
  readonly text: string;
  /** The path of the file, for messages. */
  readonly file: string;
}

const sha256Prefix = 'sha256:';

/** An id without `sha256:`: the same id with and without it is one. */
export const bareDocumentId = (id: string): string =>
  id.startsWith(sha256Prefix) ? id.slice(sha256Prefix.length) : id;

/** Whether an id claims to be the SHA-256 of its document's text. */
export const isSha256Id = (id: string): boolean => id.startsWith(sha256Prefix);

/** An id of any length for a message. */
export const shownDocumentId = (id: string): string =>
  JSON.stringify(id.length <= 80 ? id : `${id.slice(0, 79).toWellFormed()}…`);
