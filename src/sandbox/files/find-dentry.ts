import {
  documentedFileErrors,
  documentedErrors,
  documentedStorageErrors,
  type DocumentedErrorCode,
} from '../documented-errors.ts';
import { rootId, type Dentry } from './dentry.ts';
import type { FileOperation } from './file-operations.ts';
import type { SpaceTree } from './space-tree.ts';

const codes = new Map<string, DocumentedErrorCode>(
  [...documentedErrors, ...documentedStorageErrors, ...documentedFileErrors].map(({ code }) => [code, code]),
);

/** The code that an id such as `dentry.fileViral` or `item.dentryNotExist` names; undefined if there is none. */
function codeNamedBy(prefix: 'dentry.' | 'item.', id: string): DocumentedErrorCode | undefined {
  return id.startsWith(prefix) ? codes.get(id.slice(prefix.length)) : undefined;
}

/** The error of a whole call that an id names, if the operation documents it. */
export function callErrorOf(operation: FileOperation, id: string): DocumentedErrorCode | undefined {
  const code = codeNamedBy('dentry.', id) ?? (operation.itemErrors ? undefined : codeNamedBy('item.', id));
  return code !== undefined && code in operation.errors ? code : undefined;
}

/** The error of one item of a batch that an id names, if the operation documents it. */
export function itemErrorOf(operation: FileOperation, id: string): DocumentedErrorCode | undefined {
  const code = codeNamedBy('item.', id);
  return code !== undefined && operation.itemErrors?.includes(code) === true ? code : undefined;
}

/**
 * A file or folder of a space, or one that is there for its id alone, in no list: `dentry.missing`, and where an
 * operation does not document the error that an id names.
 */
export function findDentry(tree: SpaceTree, spaceId: string, id: string): Dentry | undefined {
  const found = tree.find(id);
  if (found !== undefined || id === 'dentry.dentryNotExist') return found;
  if (id === 'dentry.missing') return { ...namedFile(spaceId, id), trait: 'left-out' };
  const code = codeNamedBy('dentry.', id) ?? codeNamedBy('item.', id);
  return code === undefined ? undefined : namedFile(spaceId, id);
}

const createdS = Date.UTC(2022, 0, 1, 10) / 1000;

function namedFile(spaceId: string, id: string): Dentry {
  const name = `${id}.docx`;
  const facts = { path: `/${name}`, isFolder: false, size: 4096, version: 1, creatorId: 'chyxxxxx' };
  return { id, spaceId, parentId: rootId, name, createdS, modifiedS: createdS, ...facts };
}
