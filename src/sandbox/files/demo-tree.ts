import { sandboxCredentials } from '../credentials.ts';
import { demoTimes, digestOf } from '../demo-space.ts';
import { rootId, type Dentry } from './dentry.ts';

type NotEmpty<T> = readonly [T, ...T[]];

const topics: NotEmpty<readonly [chinese: string, english: string]> = [
  ['季度计划', 'Quarterly plan'],
  ['预算', 'Budget'],
  ['会议纪要', 'Meeting notes'],
  ['设计稿', 'Design draft'],
  ['海报', 'Poster'],
  ['培训', 'Training'],
  ['名单', 'Name list'],
];
const extensions: NotEmpty<string> = [
  'docx',
  'xlsx',
  'pptx',
  'pdf',
  'png',
  'mp4',
  'm4a',
  'zip',
  'txt',
  'adoc',
];
const { users } = sandboxCredentials;
const creators: NotEmpty<string> = [users[0].unionId, users[1].unionId];
const folderCount = 4;
const rootFiles = 6;
const maxSize = 2 ** 24;

/** Files and folders have 11 digits: six of the space, five of their place in it. */
export const demoDentryId = (spaceId: string, place: number): string =>
  `${100_000 + (digestOf(spaceId).readUInt32BE(12) % 900_000)}${String(place).padStart(5, '0')}`;

/** The tree of a made-up space: four folders on two levels, and some twenty files. It depends on the id only. */
export function demoDentries(spaceId: string): Dentry[] {
  const dentries: Dentry[] = [];
  const add = (parent: Dentry | undefined, isFolder: boolean): Dentry => {
    const dentry = demoDentry(spaceId, dentries.length, parent, isFolder);
    dentries.push(dentry);
    return dentry;
  };

  const folders: Dentry[] = [];
  while (folders.length < folderCount) {
    // The last folder lies in the first one.
    folders.push(add(folders.length === folderCount - 1 ? folders[0] : undefined, true));
  }
  for (let count = 0; count < rootFiles; count += 1) add(undefined, false);
  for (const folder of folders) {
    const files = 2 + (Number(folder.id) % 4);
    for (let count = 0; count < files; count += 1) add(folder, false);
  }
  return dentries;
}

function demoDentry(spaceId: string, place: number, parent: Dentry | undefined, isFolder: boolean): Dentry {
  const id = demoDentryId(spaceId, place);
  const hash = digestOf(`${spaceId} ${id}`);
  const pick = <T>(from: NotEmpty<T>, at: number): T => from[hash.readUInt8(at) % from.length] ?? from[0];
  const [chinese, english] = pick(topics, 0);
  const extension = isFolder ? '' : `.${pick(extensions, 1)}`;
  const name = `${place % 2 === 0 ? chinese : english} ${place + 1}${extension}`;
  return {
    id,
    spaceId,
    parentId: parent?.id ?? rootId,
    name,
    path: `${parent?.path ?? ''}/${name}`,
    isFolder,
    size: isFolder ? 0 : 1 + (hash.readUInt32BE(4) % maxSize),
    version: 1 + (hash.readUInt8(2) % 3),
    ...demoTimes(`${spaceId} ${id}`),
    creatorId: pick(creators, 3),
  };
}
