import * as z from 'zod';
import { successAnswer, type Answer } from '../answer.ts';
import type { DocumentedErrorCode } from '../documented-errors.ts';
import type { SpaceCall } from './answer-in-space.ts';
import type { Dentry } from './dentry.ts';
import type { FileOperation } from './file-operations.ts';
import { callErrorOf, findDentry, itemErrorOf } from './find-dentry.ts';

/** The ids of one batch, at most 30. */
export const dentryIds = z.array(z.string().min(1)).min(1).max(30);

/** What an operation finds for one file: the fields of its item, or the code with which the item fails. */
export type FoundItem = object | DocumentedErrorCode;

/** HTTP 200 with an item for each id, the last one first; an id that names an error of the call fails the call. */
export function batchAnswer(
  operation: FileOperation,
  asked: SpaceCall,
  ids: readonly string[],
  find: (dentry: Dentry) => FoundItem,
): Answer {
  const code = ids.map((id) => callErrorOf(operation, id)).find((each) => each !== undefined);
  if (code !== undefined) return asked.refuse(code);
  const items = [...new Set(ids)].flatMap((id) => itemOf(operation, asked, id, find));
  return successAnswer({ resultItems: items.toReversed() });
}

function itemOf(
  operation: FileOperation,
  { spaceId, tree, isDenied }: SpaceCall,
  dentryId: string,
  find: (dentry: Dentry) => FoundItem,
): object[] {
  const failed = (errorCode: DocumentedErrorCode): object[] => [
    { spaceId, dentryId, success: false, errorCode },
  ];
  if (isDenied(dentryId)) return failed('permissionDenied');
  const code = itemErrorOf(operation, dentryId);
  if (code !== undefined) return failed(code);
  const dentry = findDentry(tree, spaceId, dentryId);
  if (dentry === undefined) return failed('dentryNotExist');
  if (dentry.trait === 'left-out') return [];
  const found = find(dentry);
  if (typeof found === 'string') return failed(found);
  // DingTalk's samples have such items: `success` decides.
  const oddCode = dentry.trait === 'success-with-code' ? { errorCode: 'dentryNotExist' } : {};
  return [{ spaceId, dentryId, success: true, ...oddCode, ...found }];
}
