import * as z from 'zod';
import { codec } from '../../domain/codec.ts';
import type { BatchItem, CacheableEndpoint } from '../../domain/endpoint.ts';
import { dentryRefusals } from './dentry-refusals.ts';
import type { DentryKey } from './dentry.type.ts';
import { byDentryIds, resultItems } from './dentry-batch.ts';
import type { Thumbnail } from './thumbnail.type.ts';

/** There is no thumbnail, or none yet: DingTalk makes them some time after an upload. */
export const withoutThumbnail: ReadonlySet<string> = new Set(['thumbnailNotExist', 'dentryFormatNotSupport']);

/** Null for what is no number of pixels: GraphQL's Int ends at 2^31. */
const pixelsBody = z.codec(z.optional(z.unknown()), z.custom<number | null>(), {
  decode(value) {
    const pixels = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
    return Number.isInteger(pixels) && pixels >= 0 && pixels < 2 ** 31 ? pixels : null;
  },
  encode: (pixels) => pixels,
});

const thumbnailBody = z.codec(
  z.nullable(z.object({ url: z.string().min(1), width: pixelsBody, height: pixelsBody })),
  z.custom<Thumbnail | null>(),
  { decode: (body) => body, encode: (thumbnail) => thumbnail },
);

const items = resultItems(({ thumbnail }) => thumbnail ?? null).transform((found): readonly BatchItem[] =>
  found.map((item) =>
    'code' in item && withoutThumbnail.has(item.code) ? { id: item.id, body: null } : item,
  ),
);

/** Where the url says so, as signed urls do: `Expires=<seconds since 1970>`. */
function endsAtMs(thumbnail: Thumbnail | null): number | undefined {
  if (!thumbnail || !URL.canParse(thumbnail.url)) return undefined;
  const seconds = new URL(thumbnail.url).searchParams.get('Expires');
  return seconds !== null && /^\d{1,12}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

/**
 * Thumbnails of files of one space, thirty a call; null where there is none.
 *
 * @see https://open.dingtalk.com/document/development/get-file-thumbnails-in-bulk
 */
export const thumbnailEndpoint: CacheableEndpoint<DentryKey, Thumbnail | null> = {
  name: 'thumbnails',
  method: 'POST',
  path: ({ spaceId }) => `/v1.0/storage/spaces/${encodeURIComponent(spaceId)}/thumbnails/query`,
  operator: 'unionId',
  answer: codec(thumbnailBody),
  repeatable: true,
  maxAnswerBytes: 1024 * 1024,
  freshness: 'link',
  endsAtMs,
  batch: {
    ...byDentryIds,
    items,
    inputCodes: ['dentryNotExist', 'fileViral', 'fileMalicious', ...withoutThumbnail],
  },
  refusals: {
    ...dentryRefusals,
    'paramError.dentryIds': {
      kind: 'bad-argument',
      message: 'DingTalk refuses one of these dentryIds: copy them unchanged. They are not uuids.',
      argument: 'dentryId',
    },
    thumbnailNotExist: { kind: 'unsupported', message: 'There is no thumbnail of this file, or none yet.' },
    dentryFormatNotSupport: {
      kind: 'unsupported',
      message: 'There are no thumbnails of files of this format.',
    },
    fileViral: { kind: 'blocked', message: 'DingTalk has found a virus in this file: it has no thumbnail.' },
    fileMalicious: { kind: 'blocked', message: 'DingTalk calls this file malicious: it has no thumbnail.' },
  },
};
