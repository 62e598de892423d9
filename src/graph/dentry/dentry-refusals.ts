import type { Refusals } from '../../domain/endpoint.ts';

/** What the storage API's codes mean where a file or folder is asked for. */
export const dentryRefusals: Refusals = {
  permissionDenied: {
    kind: 'forbidden',
    message: 'The operator may not read this file or folder: ask as an operator who may, or have it shared.',
  },
  spaceNotExist: {
    kind: 'not-found',
    code: 'SPACE_NOT_FOUND',
    message: 'There is no such storage space: check the spaceId, case included.',
  },
  dentryNotExist: {
    kind: 'not-found',
    code: 'DENTRY_NOT_FOUND',
    message: 'There is no such file or folder in this space: check the dentryId.',
  },
  'paramError.spaceId': {
    kind: 'bad-argument',
    message: 'DingTalk refuses this spaceId: copy it unchanged.',
    argument: 'spaceId',
  },
  'paramError.dentryId': {
    kind: 'bad-argument',
    message: 'DingTalk refuses this dentryId: copy it unchanged. It is not the uuid.',
    argument: 'dentryId',
  },
};
