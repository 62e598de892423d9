import { upstreamEnum } from '../scalars/upstream-enum.ts';

/** @see https://open.dingtalk.com/document/development/get-space-information */
export const spaceStatus = upstreamEnum('SpaceStatus', 'The state of a space.', {
  NORMAL: 'Present.',
  DELETE: 'Deleted.',
});

export const spaceOwnerType = upstreamEnum('SpaceOwnerType', 'Whose a space is.', {
  USER: 'It belongs to a person.',
  APP: 'It belongs to an application.',
});

export const partitionType = upstreamEnum('PartitionType', 'Which storage a partition is.', {
  PUBLIC_OSS_PARTITION: "DingTalk's public storage.",
  MINI_OSS_PARTITION: 'Dedicated storage of the organization.',
});

export const quotaType = upstreamEnum('QuotaType', 'How the capacity of a partition is given.', {
  SHARE: "The partition draws on what is left of the organization's capacity.",
  PRIVATE: 'The partition has a capacity of its own.',
});
