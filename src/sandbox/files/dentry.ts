/** One way in which a file behaves unlike others of its kind. */
export type Trait =
  /** Refused as a virus by preview and thumbnails. */
  | 'viral'
  /** `fileArchived` at the first download, then it is there; it has no thumbnail. */
  | 'archived'
  /** No thumbnail at the first ask, then one. */
  | 'late-thumbnail'
  /** An `errorCode` beside `success: true` in batches. */
  | 'success-with-code'
  /** Left out of the answers of batches. */
  | 'left-out';

/** A file or a folder of the stand-in; times in seconds since 1970. */
export interface Dentry {
  readonly id: string;
  readonly spaceId: string;
  /** `0` if the parent is the root, empty for the root itself. */
  readonly parentId: string;
  readonly name: string;
  readonly path: string;
  readonly isFolder: boolean;
  /** Bytes; 0 for a folder. */
  readonly size: number | bigint;
  readonly version: number;
  readonly createdS: number;
  readonly modifiedS: number;
  readonly creatorId: string;
  readonly trait?: Trait;
  /** Where the wire differs from what the other fields say: field names and values as they are written. */
  readonly wire?: Readonly<Record<string, unknown>>;
}

/** The id that DingTalk takes for the root directory of a space. */
export const rootId = '0';
