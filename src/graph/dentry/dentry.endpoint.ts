import { codec } from '../../domain/codec.ts';
import type { CacheableEndpoint } from '../../domain/endpoint.ts';
import { dentryBody } from './dentry-body.ts';
import { dentryRefusals } from './dentry-refusals.ts';
import type { Dentry, DentryKey } from './dentry.type.ts';
import { byDentryIds, resultItems } from './dentry-batch.ts';

/**
 * Files and folders of one space by their ids, thirty a call.
 *
 * @see https://open.dingtalk.com/document/development/get-file-or-folder-information-in-bulk
 */
export const dentryEndpoint: CacheableEndpoint<DentryKey, Dentry> = {
  name: 'dentriesBatch',
  method: 'POST',
  path: ({ spaceId }) => `/v1.0/storage/spaces/${encodeURIComponent(spaceId)}/dentries/query`,
  operator: 'unionId',
  answer: codec(dentryBody),
  repeatable: true,
  maxAnswerBytes: 1024 * 1024,
  batch: {
    ...byDentryIds,
    items: resultItems(({ dentry }) => dentry),
    inputCodes: ['dentryNotExist'],
  },
  refusals: dentryRefusals,
};
