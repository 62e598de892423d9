import * as z from 'zod';
import type { UncacheableEndpoint } from '../../domain/endpoint.ts';
import { textBody } from '../scalars/lenient-bodies.ts';
import { dentryRefusals } from './dentry-refusals.ts';
import type { DentryKey } from './dentry.type.ts';

/** A signature for the bytes of a file. */
export interface SignedDownload {
  readonly urls: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** From when it was asked for. */
  readonly livesSeconds: number;
  readonly region: string | null;
}

/** Longer is no life of a signature, and may be beyond what a date holds. */
const aYearSeconds = 366 * 24 * 3600;

const downloadBody = z
  .object({
    headerSignatureInfo: z.object({
      resourceUrls: z.array(z.string().min(1)).min(1),
      headers: z.record(z.string(), z.string()),
      expirationSeconds: z.number().positive().max(aYearSeconds),
      region: textBody,
    }),
  })
  .transform(
    ({ headerSignatureInfo: { resourceUrls, headers, expirationSeconds, region } }): SignedDownload => ({
      urls: resourceUrls,
      headers,
      livesSeconds: expirationSeconds,
      region,
    }),
  );

const someMinutesMs = 5 * 60_000;

/**
 * How to download a file. For internal applications only.
 *
 * @see https://open.dingtalk.com/document/development/obtains-the-download-information-about-a-file
 */
export const downloadEndpoint: UncacheableEndpoint<
  DentryKey & { version: number | undefined },
  SignedDownload
> = {
  name: 'downloadInfo',
  method: 'POST',
  path: ({ spaceId, dentryId }) =>
    `/v1.0/storage/spaces/${encodeURIComponent(spaceId)}/dentries/${encodeURIComponent(dentryId)}/downloadInfos/query`,
  body: ({ version }) => ({ option: { version, preferIntranet: false } }),
  operator: 'unionId',
  internalAppsOnly: true,
  answer: downloadBody,
  repeatable: true,
  freshness: 'never',
  refusals: {
    ...dentryRefusals,
    operationNotSupported: {
      kind: 'unsupported',
      message: 'This file has no bytes to download, such as an online document: open its preview instead.',
    },
    dentryDownloadProtocolNotSupport: {
      kind: 'unsupported',
      message: 'DingTalk offers no download of this file.',
    },
    fileArchived: {
      kind: 'archived',
      message: 'This file is being restored from the archive: wait retryAfterMs and ask again.',
      retryAfterMs: someMinutesMs,
    },
    fileViral: {
      kind: 'blocked',
      message: 'DingTalk has found a virus in this file: it cannot be downloaded.',
    },
    fileMalicious: {
      kind: 'blocked',
      message: 'DingTalk calls this file malicious: it cannot be downloaded.',
    },
    orgAuthLevelNotEnough: {
      kind: 'misconfigured',
      message:
        "DingTalk allows no downloads to this organization at its level of certification: the gateway's operator must have it certified.",
    },
  },
};
