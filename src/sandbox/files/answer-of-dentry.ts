import type { Answer } from '../answer.ts';
import type { SandboxRoute } from '../sandbox-route.ts';
import { answerInSpace, type SpaceCall } from './answer-in-space.ts';
import type { Dentry } from './dentry.ts';
import type { FileOperation } from './file-operations.ts';
import { callErrorOf, findDentry } from './find-dentry.ts';

/** The answer of an operation on one file or folder that exists and that the operator may read. */
export function answerOfDentry(
  operation: FileOperation,
  answer: (dentry: Dentry, asked: SpaceCall) => Answer,
): SandboxRoute['answer'] {
  return answerInSpace(operation, (asked) => {
    const { dentryId, spaceId, tree, refuse } = asked;
    if (asked.isDenied(dentryId)) return refuse('permissionDenied');
    const code = callErrorOf(operation, dentryId);
    if (code !== undefined) return refuse(code);
    const dentry = findDentry(tree, spaceId, dentryId);
    return dentry === undefined ? refuse('dentryNotExist') : answer(dentry, asked);
  });
}
