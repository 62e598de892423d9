import * as z from 'zod';
import { codec } from '../../domain/codec.ts';
import type { Endpoint } from '../../domain/endpoint.ts';
import type { Space } from './space.type.ts';
import { upstreamTimeBody } from '../scalars/upstream-time-body.ts';

/** The page promises more than a dozen fields beside these; none of them is asked for. */
const getStorageSpaceBody = z.codec(
  z.object({
    space: z.object({
      id: z.string().min(1),
      corpId: z.string().min(1),
      createTime: upstreamTimeBody,
      modifiedTime: upstreamTimeBody,
    }),
  }),
  z.custom<Space>(),
  {
    decode: ({ space: { id, ...rest } }) => ({ spaceId: id, ...rest }),
    encode: ({ spaceId, ...rest }) => ({ space: { id: spaceId, ...rest } }),
  },
);

/**
 * A storage space by its own id. One id a call.
 *
 * @see https://open.dingtalk.com/document/orgapp/get-space-information
 */
export const storageSpaceEndpoint: Endpoint<{ spaceId: string }, Space> = {
  name: 'storageSpace',
  method: 'GET',
  path: ({ spaceId }) => `/v1.0/storage/spaces/${encodeURIComponent(spaceId)}`,
  operator: 'unionId',
  answer: codec(getStorageSpaceBody),
  repeatable: true,
  refusals: {
    permissionDenied: {
      kind: 'forbidden',
      message:
        'The operator may not read this storage space: ask as an operator who may, or have the permission granted.',
    },
    acrossOrgAccessForbidden: {
      kind: 'cross-organization',
      message: 'This storage space belongs to another organization: ask as an operator of that organization.',
    },
    spaceNotExist: {
      kind: 'not-found',
      code: 'SPACE_NOT_FOUND',
      message: 'There is no such storage space: check the spaceId, case included.',
    },
  },
};
