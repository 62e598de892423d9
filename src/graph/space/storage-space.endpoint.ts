import * as z from 'zod';
import { codec } from '../../domain/codec.ts';
import type { CacheableEndpoint } from '../../domain/endpoint.ts';
import { idBody, longBody, textBody } from '../scalars/lenient-bodies.ts';
import { upstreamTimeBody } from '../scalars/upstream-time-body.ts';
import type { SpacePartition } from './space-partition.type.ts';
import { partitionType, quotaType, spaceOwnerType, spaceStatus } from './space.enums.ts';
import type { Space } from './space.type.ts';

/** What the storage API says of a space beyond what a group's lookup says. */
export interface StorageSpace extends Space {
  readonly name: string | null;
  readonly status: string | null;
  readonly ownerType: string | null;
  readonly partitions: readonly SpacePartition[] | null;
}

const partitionBody = z.codec(
  z.object({
    partitionType: partitionType.body,
    quota: z.nullish(z.object({ used: longBody, max: longBody, reserved: longBody, type: quotaType.body })),
  }),
  z.custom<SpacePartition>(),
  {
    decode: ({ partitionType: type, quota }) => ({
      type: type ?? 'UNKNOWN',
      used: quota?.used ?? null,
      max: quota?.max ?? null,
      reserved: quota?.reserved ?? null,
      quotaType: quota?.type ?? null,
    }),
    encode: ({ type, quotaType: quota, ...bytes }) =>
      ({ partitionType: type, quota: { ...bytes, type: quota } }) as never,
  },
);

const getStorageSpaceBody = z.codec(
  z.object({
    space: z.object({
      id: idBody,
      corpId: z.string().min(1),
      name: textBody,
      status: spaceStatus.body,
      ownerType: spaceOwnerType.body,
      partitions: z.nullish(z.array(partitionBody)),
      createTime: upstreamTimeBody,
      modifiedTime: upstreamTimeBody,
    }),
  }),
  z.custom<StorageSpace>(),
  {
    decode: ({ space: { id, partitions = null, ...rest } }) => ({ spaceId: id, partitions, ...rest }),
    encode: ({ spaceId, ...rest }) => ({ space: { id: spaceId, ...rest } }) as never,
  },
);

/**
 * A storage space by its own id. One id a call.
 *
 * @see https://open.dingtalk.com/document/orgapp/get-space-information
 */
export const storageSpaceEndpoint: CacheableEndpoint<{ spaceId: string }, StorageSpace> = {
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
