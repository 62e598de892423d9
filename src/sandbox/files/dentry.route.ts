import * as z from 'zod';
import { successAnswer } from '../answer.ts';
import { answerOfDentry } from './answer-of-dentry.ts';
import { dentryBody } from './dentry-body.ts';
import { fileOperations } from './file-operations.ts';
import { dentryOption, extrasOf, readBody } from './read-options.ts';

const shape = z.object({ option: dentryOption });

/** `POST /v1.0/storage/spaces/{spaceId}/dentries/{dentryId}/query?unionId=`: one file or folder. */
export const answerDentry = answerOfDentry(fileOperations.dentry, (dentry, asked) => {
  const body = readBody(asked.call, shape);
  if (body === undefined) return asked.refuse('paramError');
  return successAnswer({ dentry: dentryBody(dentry, extrasOf(body.option, dentry, asked)) });
});
