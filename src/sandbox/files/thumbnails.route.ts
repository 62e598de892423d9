import * as z from 'zod';
import { answerInSpace } from './answer-in-space.ts';
import { batchAnswer, dentryIds } from './dentry-batch.ts';
import { fileOperations } from './file-operations.ts';
import { readBody } from './read-options.ts';
import { thumbnailOf } from './thumbnail.ts';

const operation = fileOperations.thumbnails;
const shape = z.object({ dentryIds });

/** `POST /v1.0/storage/spaces/{spaceId}/thumbnails/query?unionId=`: the thumbnails of up to 30 files. */
export const answerThumbnails = answerInSpace(operation, (asked) => {
  const body = readBody(asked.call, shape);
  if (body === undefined) return asked.refuse('paramError');
  return batchAnswer(operation, asked, body.dentryIds, (dentry) => {
    const thumbnail = thumbnailOf(dentry, asked);
    return typeof thumbnail === 'string' ? thumbnail : { thumbnail };
  });
});
