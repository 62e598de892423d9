import * as z from 'zod';
import type { UncacheableEndpoint } from '../../domain/endpoint.ts';
import { booleanBody } from '../scalars/lenient-bodies.ts';
import { dentryRefusals } from './dentry-refusals.ts';
import type { DentryKey } from './dentry.type.ts';
import type { PreviewLink } from './links.type.ts';

const previewBody = z
  .object({ url: z.string().min(1), hasWaterMark: booleanBody })
  .transform(({ url, hasWaterMark }): PreviewLink => ({ url, hasWatermark: hasWaterMark }));

const noPreview = { kind: 'unsupported', message: 'DingTalk has no preview of this file.' } as const;

/**
 * A link that opens a file. It always asks for a login to DingTalk: without, it would open for anyone who has it.
 *
 * @see https://open.dingtalk.com/document/development/obtains-the-object-preview-or-editing-information
 */
export const previewEndpoint: UncacheableEndpoint<DentryKey & { watermark: boolean }, PreviewLink> = {
  name: 'openInfo',
  method: 'POST',
  path: ({ spaceId, dentryId }) =>
    `/v1.0/storage/spaces/${encodeURIComponent(spaceId)}/dentries/${encodeURIComponent(dentryId)}/openInfos/query`,
  body: ({ watermark }) => ({ option: { type: 'PREVIEW', checkLogin: true, waterMark: watermark } }),
  operator: 'unionId',
  answer: previewBody,
  repeatable: true,
  freshness: 'never',
  refusals: {
    ...dentryRefusals,
    dentryPreviewNotSupport: noPreview,
    dentryExtensionNotSupport: noPreview,
    dentryEditNotSupport: noPreview,
    'paramError.openType': noPreview,
    fileViral: { kind: 'blocked', message: 'DingTalk has found a virus in this file: it cannot be opened.' },
    fileMalicious: { kind: 'blocked', message: 'DingTalk calls this file malicious: it cannot be opened.' },
  },
};
