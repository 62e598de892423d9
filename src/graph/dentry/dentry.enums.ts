import { registerEnumType } from 'type-graphql';
import { upstreamEnum } from '../scalars/upstream-enum.ts';

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

/** By what a list of dentries is sorted. */
export const dentryOrderField = {
  MODIFIED_TIME: 'MODIFIED_TIME',
  CREATE_TIME: 'CREATE_TIME',
  NAME: 'NAME',
  SIZE: 'SIZE',
} as const;
export type DentryOrderField = keyof typeof dentryOrderField;
registerEnumType(dentryOrderField, {
  name: 'DentryOrderField',
  description: 'By what a list of dentries is sorted.',
  valuesConfig: {
    MODIFIED_TIME: { description: 'By the time of the last change.' },
    CREATE_TIME: { description: 'By the time of creation.' },
    NAME: { description: 'By name.' },
    SIZE: { description: 'By size.' },
  },
});

export const orderDirection = { ASC: 'ASC', DESC: 'DESC' } as const;
export type OrderDirection = keyof typeof orderDirection;
registerEnumType(orderDirection, {
  name: 'OrderDirection',
  description: 'The direction of a sort.',
  valuesConfig: {
    ASC: { description: 'Smallest or oldest first.' },
    DESC: { description: 'Largest or newest first.' },
  },
});
