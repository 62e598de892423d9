import * as z from 'zod';
import { successAnswer } from '../answer.ts';
import type { DocumentedErrorCode } from '../documented-errors.ts';
import { answerOfDentry } from './answer-of-dentry.ts';
import type { Dentry } from './dentry.ts';
import { kindOf, knownKindOf } from './file-kinds.ts';
import { fileOperations } from './file-operations.ts';
import { readBody } from './read-options.ts';

const openTypes = ['PREVIEW', 'EDIT'] as const;
type OpenType = (typeof openTypes)[number];

const shape = z.object({
  option: z
    .object({
      version: z.int().min(1).optional(),
      type: z.string().default('PREVIEW'),
      waterMark: z.boolean().default(false),
      checkLogin: z.boolean().default(false),
    })
    .prefault({}),
});

/** `POST /v1.0/storage/spaces/{spaceId}/dentries/{dentryId}/openInfos/query?unionId=`: a link to view or edit. */
export const answerOpenInfo = answerOfDentry(fileOperations.openInfo, (dentry, asked) => {
  const body = readBody(asked.call, shape);
  const version = body?.option.version ?? dentry.version;
  if (body === undefined || version > dentry.version) return asked.refuse('paramError');
  const { waterMark, checkLogin } = body.option;
  const type = openTypes.find((each) => each === body.option.type);
  if (type === undefined) return asked.refuse('paramError.openType');
  const code = whyNot(dentry, type);
  if (code !== undefined) return asked.refuse(code);
  const ids = [dentry.spaceId, dentry.id].map((id) => encodeURIComponent(id));
  const echoed = new URLSearchParams({
    type,
    version: String(version),
    checkLogin: String(checkLogin),
    waterMark: String(waterMark),
  });
  return successAnswer({
    url: `${asked.origin}/previews/${ids.join('/')}?${echoed.toString()}`,
    hasWaterMark: waterMark && kindOf(dentry.name).abilities.includes('watermark'),
  });
});

function whyNot({ name, isFolder, trait }: Dentry, type: OpenType): DocumentedErrorCode | undefined {
  if (trait === 'viral') return 'fileViral';
  if (!isFolder && knownKindOf(name) === undefined) return 'dentryExtensionNotSupport';
  const abilities = isFolder ? [] : kindOf(name).abilities;
  if (type === 'EDIT') return abilities.includes('edit') ? undefined : 'dentryEditNotSupport';
  return abilities.includes('preview') ? undefined : 'dentryPreviewNotSupport';
}
