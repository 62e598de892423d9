import { describedEnum, upstreamEnum } from '../scalars/upstream-enum.ts';

/** @see https://open.dingtalk.com/document/development/get-a-list-of-files-or-folders */
export const dentryType = upstreamEnum('DentryType', 'Whether a dentry is a file or a folder.', {
  FILE: 'A file.',
  FOLDER: 'A folder.',
});

export const dentryStatus = upstreamEnum('DentryStatus', 'The state of a dentry.', {
  NORMAL: 'Present.',
  DELETED: 'Deleted.',
  EXPIRED: 'Expired: the bytes are gone.',
});

export const dentryCategory = upstreamEnum('DentryCategory', 'What kind of file a dentry is.', {
  IMAGE: 'An image.',
  VIDEO: 'A video.',
  AUDIO: 'A sound.',
  ARCHIVE: 'An archive, such as a zip file.',
  SHORTCUT: 'A shortcut.',
  DOCUMENT: 'A document with bytes, such as a PDF.',
  ALI_DOC: "One of DingTalk's online documents: it has no bytes.",
  OTHER: 'Anything else.',
});

export const storageDriver = upstreamEnum('StorageDriver', 'Where the bytes of a file are.', {
  DINGTALK: "In DingTalk's storage.",
  ALIDOC: 'An online document: there are no bytes to download.',
  SHANJI: 'A voice note.',
});

export const dentryOrderField = describedEnum('DentryOrderField', 'By what a list of dentries is sorted.', {
  MODIFIED_TIME: 'By the time of the last change.',
  CREATE_TIME: 'By the time of creation.',
  NAME: 'By name.',
  SIZE: 'By size.',
});
export type DentryOrderField = keyof typeof dentryOrderField;

export const orderDirection = describedEnum('OrderDirection', 'The direction of a sort.', {
  ASC: 'Smallest or oldest first.',
  DESC: 'Largest or newest first.',
});
export type OrderDirection = keyof typeof orderDirection;
