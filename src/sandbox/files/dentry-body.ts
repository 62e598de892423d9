import { isoTime, digestOf } from '../demo-space.ts';
import { rootId, type Dentry } from './dentry.ts';
import { extensionOf, kindOf } from './file-kinds.ts';
import type { Thumbnail } from './thumbnail.ts';

/** What only some operations write, or only when asked. */
export interface DentryExtras {
  readonly thumbnail?: Thumbnail | undefined;
  readonly withCategory?: boolean;
  /** The apps whose properties are written; all of them by default. */
  readonly propertiesOf?: readonly string[] | undefined;
}

/** A file or folder as the storage API writes it. A folder has no size, version, extension or category. */
export function dentryBody(dentry: Dentry, extras: DentryExtras = {}): object {
  const { id, spaceId, parentId, name, path, isFolder, size, version, creatorId } = dentry;
  const { category, storageDriver } = kindOf(name);
  return {
    id,
    spaceId,
    parentId,
    type: isFolder ? 'FOLDER' : 'FILE',
    name,
    path,
    ...(!isFolder && { size, version, extension: extensionOf(name) }),
    status: 'NORMAL',
    creatorId,
    modifierId: creatorId,
    createTime: isoTime(dentry.createdS),
    modifiedTime: isoTime(dentry.modifiedS),
    properties: { readOnly: false },
    uuid: uuidOf(spaceId, id),
    partitionType: 'PUBLIC_OSS_PARTITION',
    storageDriver: isFolder ? 'DINGTALK' : storageDriver,
    ...(!isFolder && extras.withCategory && { category }),
    ...(extras.thumbnail && { thumbnail: extras.thumbnail }),
    ...wireOf(dentry, extras),
  };
}

/** The business id of a dentry: 32 characters that do not show what they come from. */
const uuidOf = (spaceId: string, id: string): string =>
  digestOf(`uuid ${spaceId} ${id === rootId ? 'root' : id}`)
    .toString('hex')
    .slice(0, 32);

function wireOf({ wire = {} }: Dentry, { withCategory, propertiesOf }: DentryExtras): object {
  const { category, appProperties, ...others } = wire;
  const byApp = appProperties ?? undefined;
  const keepsAll = propertiesOf === undefined || typeof byApp !== 'object' || Array.isArray(byApp);
  const kept = keepsAll
    ? byApp
    : Object.fromEntries(Object.entries(byApp).filter(([app]) => propertiesOf.includes(app)));
  return {
    ...others,
    ...(withCategory && category !== undefined && { category }),
    ...(kept !== undefined && { appProperties: kept }),
  };
}
