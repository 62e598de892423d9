import { admitAppCall } from '../admit-app-call.ts';
import { emptyAnswer, errcodeAnswer, htmlAnswer, type Answer } from '../answer.ts';
import {
  documentedErrors,
  documentedFileErrors,
  documentedStorageErrors,
  type DocumentedErrorCode,
} from '../documented-errors.ts';
import type { SandboxCall } from '../sandbox-call.ts';
import type { SandboxRoute, SandboxState } from '../sandbox-route.ts';
import type { FileOperation } from './file-operations.ts';
import { refusal } from './refusal.ts';
import type { SpaceTree } from './space-tree.ts';
import { treeOf } from './space-trees.ts';

/** An admitted call for files of one space that exists and that the operator may read. */
export interface SpaceCall extends Pick<SandboxState, 'isFirstAsk' | 'signer'> {
  readonly call: SandboxCall;
  readonly spaceId: string;
  /** From the path; empty if the path has none. */
  readonly dentryId: string;
  readonly tree: SpaceTree;
  /** Where the stand-in is, as the client wrote it. */
  readonly origin: string;
  readonly isDenied: (dentryId: string) => boolean;
  readonly refuse: (code: DocumentedErrorCode) => Answer;
}

const noDocumentedAnswer = new Map<string, () => Answer>([
  ['space.502', () => emptyAnswer(502)],
  ['space.html', () => htmlAnswer(200)],
  ['space.errcode', () => errcodeAnswer()],
]);
const codeBySpaceId = new Map(
  [...documentedErrors, ...documentedStorageErrors, ...documentedFileErrors].map(({ code }) => [
    `space.${code}`,
    code,
  ]),
);

/** The answer of an operation on the files of one space. */
export function answerInSpace(
  operation: FileOperation,
  answer: (asked: SpaceCall) => Answer,
): SandboxRoute['answer'] {
  const refuse = (code: DocumentedErrorCode): Answer => refusal(operation, code);
  const unknownSpace = 'spaceNotExist' in operation.errors ? 'spaceNotExist' : 'paramError.spaceId';

  return (routed, state) => {
    const admission = admitAppCall(routed, state);
    if ('refusal' in admission) return admission.refusal;
    const { call, params } = routed;
    const { spaceId = '', dentryId = '' } = params;
    const isDenied = (id: string): boolean => state.rules.isDenied(admission.unionId, id);
    if (isDenied(spaceId)) return refuse('permissionDenied');
    const code = codeBySpaceId.get(spaceId);
    if (code !== undefined) return refuse(code);
    const tree = treeOf(spaceId);
    if (tree === undefined) return noDocumentedAnswer.get(spaceId)?.() ?? refuse(unknownSpace);
    const origin = `http://${call.headers.host ?? ''}`;
    const { isFirstAsk, signer } = state;
    return answer({ call, spaceId, dentryId, tree, origin, isDenied, refuse, isFirstAsk, signer });
  };
}
