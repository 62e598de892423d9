import { errorAnswer, successAnswer, type Answer } from '../../src/sandbox/answer.ts';
import { dentryBody } from '../../src/sandbox/files/dentry-body.ts';
import type { SandboxCall } from '../../src/sandbox/sandbox-call.ts';
import { fileIds, fileOf, pageIds, thumbnailUrlOf } from './files.ts';

type Params = Readonly<Record<string, string>>;

/**
 * The answers about files by the name of the API. The stand-in's own spaces have too few files, and their trees are made
 * up for each call: here a file follows from its id.
 */
export const fileAnswers: Readonly<Record<string, (call: SandboxCall, params: Params) => Answer>> = {
  dentries: (_call, { spaceId = '' }) =>
    successAnswer({
      dentries: pageIds.map((id) => dentryBody(fileOf(spaceId, id), { withCategory: true })),
      nextToken: `after-${pageIds.length}`,
    }),
  dentry: (_call, { spaceId = '', dentryId = '' }) =>
    successAnswer({ dentry: dentryBody(fileOf(spaceId, dentryId)) }),
  dentriesBatch: (call, { spaceId = '' }) =>
    items(call, spaceId, (id) => ({ dentry: dentryBody(fileOf(spaceId, id)) })),
  thumbnails: (call, { spaceId = '' }) =>
    items(call, spaceId, (id) => ({
      thumbnail: { width: 320, height: 240, url: thumbnailUrlOf(spaceId, id) },
    })),
};

const known = new Set(fileIds);
const mostIds = 30;

/** One item for each id, the last one first: DingTalk promises no order. */
function items({ body }: SandboxCall, spaceId: string, contentOf: (id: string) => object): Answer {
  const { dentryIds = [] } = body as { dentryIds?: readonly string[] };
  if (dentryIds.length > mostIds || !dentryIds.every((id) => known.has(id))) return errorAnswer('paramError');
  const resultItems = dentryIds.map((dentryId) =>
    Object.assign(contentOf(dentryId), { spaceId, dentryId, success: true }),
  );
  return successAnswer({ resultItems: resultItems.toReversed() });
}
