import * as z from 'zod';
import { successAnswer } from '../answer.ts';
import type { DocumentedErrorCode } from '../documented-errors.ts';
import { answerOfDentry } from './answer-of-dentry.ts';
import type { Dentry } from './dentry.ts';
import { kindOf } from './file-kinds.ts';
import { fileOperations } from './file-operations.ts';
import type { FirstAsks } from './first-asks.ts';
import { readBody } from './read-options.ts';

const shape = z.object({
  option: z
    .object({ version: z.int().min(1).optional(), preferIntranet: z.boolean().default(true) })
    .prefault({}),
});

/** `POST /v1.0/storage/spaces/{spaceId}/dentries/{dentryId}/downloadInfos/query?unionId=`: how to get the bytes. */
export const answerDownloadInfo = answerOfDentry(fileOperations.downloadInfo, (dentry, asked) => {
  const body = readBody(asked.call, shape);
  const version = body?.option.version ?? dentry.version;
  if (body === undefined || version > dentry.version) return asked.refuse('paramError');
  const code = whyNot(dentry, asked.isFirstAsk);
  if (code !== undefined) return asked.refuse(code);
  const ids = [dentry.spaceId, dentry.id].map((id) => encodeURIComponent(id));
  const path = `/objects/${[...ids, version].join('/')}`;
  const { headers, expirationSeconds } = asked.signer.sign(path);
  return successAnswer({
    protocol: 'HEADER_SIGNATURE',
    headerSignatureInfo: {
      resourceUrls: [`${asked.origin}${path}`],
      headers,
      expirationSeconds,
      region: 'ZHANGJIAKOU',
      // No use to anyone outside: DingTalk's own pages say to ignore it.
      internalResourceUrls: [`http://internal.invalid${path}`],
    },
  });
});

function whyNot(dentry: Dentry, isFirstAsk: FirstAsks): DocumentedErrorCode | undefined {
  const { isFolder, name, trait, spaceId, id } = dentry;
  const { category, storageDriver } = kindOf(name);
  if (isFolder || storageDriver === 'ALIDOC') return 'operationNotSupported';
  if (category === 'SHORTCUT') return 'dentryDownloadProtocolNotSupport';
  // The first ask starts the thawing.
  return trait === 'archived' && isFirstAsk(`download ${spaceId} ${id}`) ? 'fileArchived' : undefined;
}
