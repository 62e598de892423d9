import * as z from 'zod';
import { successAnswer } from '../answer.ts';
import { answerInSpace } from './answer-in-space.ts';
import { dentryBody } from './dentry-body.ts';
import { fileOperations } from './file-operations.ts';
import { callErrorOf, findDentry } from './find-dentry.ts';
import { listPage } from './list-page.ts';
import { readPageToken } from './page-token.ts';
import { extrasOf } from './read-options.ts';
import { orderFields } from './space-tree.ts';

const maxPage = 50;
const query = z.object({
  parentId: z.string().min(1),
  nextToken: z.string().optional(),
  maxResults: z.string().regex(/^\d+$/).transform(Number).pipe(z.int().min(1).max(maxPage)).default(maxPage),
  orderBy: z.enum(orderFields).default('MODIFIED_TIME'),
  order: z.enum(['ASC', 'DESC']).default('DESC'),
  withThumbnail: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
});

const operation = fileOperations.dentries;

/** `GET /v1.0/storage/spaces/{spaceId}/dentries?unionId=&parentId=`: one page of one folder. */
export const answerDentries = answerInSpace(operation, (asked) => {
  const { call, spaceId, tree, isDenied, refuse } = asked;
  const { data } = query.safeParse(call.query);
  if (data === undefined) return refuse('paramError');
  const { parentId: folderId, orderBy, order, nextToken, maxResults, withThumbnail } = data;
  if (isDenied(folderId)) return refuse('permissionDenied');
  const code = callErrorOf(operation, folderId);
  if (code !== undefined) return refuse(code);
  if (findDentry(tree, spaceId, folderId)?.isFolder !== true) return refuse('dentryNotExist');
  const key = { spaceId, folderId, order: { by: orderBy, direction: order } };
  const place = nextToken === undefined ? { offset: 0, pages: 0 } : readPageToken(key, nextToken);
  if (place === undefined) return refuse('paramError');
  const page = listPage(tree, key, place, maxResults);
  const dentries = page.rows
    .filter(({ id }) => !isDenied(id))
    .map((row) => dentryBody(row, { ...extrasOf({ withThumbnail }, row, asked), withCategory: true }));
  return successAnswer({ dentries, nextToken: page.nextToken });
});
