import * as z from 'zod';
import { answerInSpace } from './answer-in-space.ts';
import { batchAnswer, dentryIds } from './dentry-batch.ts';
import { dentryBody } from './dentry-body.ts';
import { fileOperations } from './file-operations.ts';
import { dentryOption, extrasOf, readBody } from './read-options.ts';

const operation = fileOperations.dentriesBatch;
const shape = z.object({ dentryIds, option: dentryOption });

/** `POST /v1.0/storage/spaces/{spaceId}/dentries/query?unionId=`: up to 30 files and folders. */
export const answerDentriesBatch = answerInSpace(operation, (asked) => {
  const body = readBody(asked.call, shape);
  if (body === undefined) return asked.refuse('paramError');
  return batchAnswer(operation, asked, body.dentryIds, (dentry) => ({
    dentry: dentryBody(dentry, extrasOf(body.option, dentry, asked)),
  }));
});
