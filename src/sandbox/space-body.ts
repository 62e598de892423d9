import { sandboxCredentials } from './credentials.ts';
import type { SandboxSpace } from './demo-space.ts';

const { operatorUnionId } = sandboxCredentials;
const hundredGiB = 100 * 2 ** 30;
const used = 3 * 2 ** 30;
const reserved = 10 * 2 ** 30;

/** A space as the storage API writes it: `id` where the conversation API writes `spaceId`, and more fields. */
export function spaceBody({ spaceId, corpId, createTime, modifiedTime }: SandboxSpace, name: string): object {
  return {
    id: spaceId,
    corpId,
    creatorId: operatorUnionId,
    modifierId: operatorUnionId,
    ownerType: 'APP',
    ownerId: 'app-1001',
    appId: '1001',
    name,
    scene: 'default',
    sceneId: '0',
    status: 'NORMAL',
    quota: hundredGiB,
    usedQuota: used,
    capabilities: { canSearch: true, canRename: true, canRecordRecentFile: true },
    partitions: [
      {
        partitionType: 'PUBLIC_OSS_PARTITION',
        quota: { used, max: hundredGiB, reserved, type: 'PRIVATE' },
      },
      // No limit of its own and nothing reserved: it draws on the organization's capacity.
      { partitionType: 'MINI_OSS_PARTITION', quota: { used: 0, type: 'SHARE' } },
    ],
    createTime,
    modifiedTime,
  };
}
