/** What DingTalk makes of a file. */
export type Ability = 'thumbnail' | 'preview' | 'edit' | 'watermark';

/** What the extension of a file decides. */
export interface FileKind {
  readonly category: string;
  readonly storageDriver: string;
  readonly abilities: readonly Ability[];
}

function kind(category: string, ...abilities: Ability[]): FileKind {
  return { category, storageDriver: 'DINGTALK', abilities };
}

const office = kind('DOCUMENT', 'thumbnail', 'preview', 'edit', 'watermark');
const image = kind('IMAGE', 'thumbnail', 'preview');
const other = kind('OTHER');

const kinds = new Map<string, FileKind>([
  ['docx', office],
  ['xlsx', office],
  ['pptx', office],
  ['pdf', kind('DOCUMENT', 'thumbnail', 'preview', 'watermark')],
  ['txt', kind('DOCUMENT', 'thumbnail')],
  ['png', image],
  ['jpg', image],
  ['mp4', kind('VIDEO', 'preview')],
  ['m4a', kind('AUDIO', 'preview')],
  ['zip', kind('ARCHIVE')],
  ['url', kind('SHORTCUT')],
  ['adoc', { ...kind('ALI_DOC', 'preview', 'edit'), storageDriver: 'ALIDOC' }],
  ['exe', other],
]);

/** The extension of a name, without the dot. */
export const extensionOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** The kind of a file by its name; undefined if DingTalk does not know its extension. */
export const knownKindOf = (name: string): FileKind | undefined => kinds.get(extensionOf(name));

/** The kind of a file by its name. */
export const kindOf = (name: string): FileKind => knownKindOf(name) ?? other;
