import type { DocumentedErrorCode } from '../documented-errors.ts';

/** What DingTalk documents of one file operation. */
export interface FileOperation {
  readonly scope: string;
  /** The errors of a whole call, with the status that this operation gives each. */
  readonly errors: Readonly<Partial<Record<DocumentedErrorCode, number>>>;
  /** The `errorCode` of items that fail alone in a batch, at HTTP 200. */
  readonly itemErrors?: readonly DocumentedErrorCode[];
}

const faults = { systemError: 500, unknownError: 500 };
const storageFaults = { ...faults, operationTimeout: 503 };
const argument = { paramError: 400, permissionDenied: 403, spaceNotExist: 404 };
const oneFile = {
  ...argument,
  'paramError.spaceId': 400,
  'paramError.dentryId': 400,
  dentryNotExist: 404,
};

/** The file operations of the storage API, by the `api` of their route. */
export const fileOperations = {
  dentries: {
    scope: 'Storage.File.Read',
    errors: { ...argument, dentryNotExist: 404, ...storageFaults },
  },
  dentry: {
    scope: 'Storage.File.Read',
    errors: { ...argument, dentryNotExist: 404, ...storageFaults },
  },
  dentriesBatch: {
    scope: 'Storage.File.Read',
    errors: { ...argument, ...storageFaults },
    itemErrors: ['permissionDenied', 'dentryNotExist'],
  },
  thumbnails: {
    scope: 'Storage.File.Read',
    errors: {
      paramError: 400,
      'paramError.spaceId': 400,
      'paramError.dentryIds': 400,
      permissionDenied: 400,
      dentryNotExist: 400,
      dentryFormatNotSupport: 400,
      fileViral: 400,
      fileMalicious: 400,
      thumbnailNotExist: 403,
      ...faults,
    },
    itemErrors: [
      'permissionDenied',
      'dentryNotExist',
      'dentryFormatNotSupport',
      'thumbnailNotExist',
      'fileViral',
      'fileMalicious',
    ],
  },
  downloadInfo: {
    scope: 'Storage.DownloadInfo.Read',
    errors: {
      ...oneFile,
      orgAuthLevelNotEnough: 403,
      operationNotSupported: 400,
      dentryDownloadProtocolNotSupport: 400,
      fileArchived: 400,
      ...storageFaults,
    },
  },
  openInfo: {
    scope: 'Storage.File.Read',
    errors: {
      ...oneFile,
      'paramError.openType': 400,
      dentryEditNotSupport: 400,
      dentryPreviewNotSupport: 400,
      dentryExtensionNotSupport: 400,
      fileViral: 400,
      fileMalicious: 400,
      ...storageFaults,
    },
  },
} as const satisfies Record<string, FileOperation>;
