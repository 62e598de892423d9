import * as z from 'zod';
import { codec } from '../../domain/codec.ts';
import type { CacheableEndpoint } from '../../domain/endpoint.ts';
import { optionalIdBody } from '../scalars/lenient-bodies.ts';
import { dentryBody } from './dentry-body.ts';
import { dentryRefusals } from './dentry-refusals.ts';
import { dentryEndpoint } from './dentry.endpoint.ts';
import type { DentryOrderField, OrderDirection } from './dentry.enums.ts';
import type { Dentry } from './dentry.type.ts';

/** One page of a folder. Without a `token` it is the first one. */
export interface PageInput {
  readonly spaceId: string;
  readonly parentId: string;
  readonly field: DentryOrderField;
  readonly direction: OrderDirection;
  /** Never changed within a list: DingTalk's tokens are for one page size. */
  readonly size: number;
  readonly token?: string;
}

export interface DentriesPage {
  /** Each id once. */
  readonly dentries: readonly Dentry[];
  /** Of the next page; null on the last one. A page may have fewer rows than its size all the same. */
  readonly nextToken: string | null;
}

const withoutCategory = (dentry: Pick<Dentry, keyof Dentry>): Dentry => ({ ...dentry, category: null });

const pageBody = z.codec(
  z.object({ dentries: z.array(dentryBody), nextToken: optionalIdBody }),
  z.custom<DentriesPage>(),
  {
    decode: ({ dentries, nextToken }) => ({
      dentries: [...new Map(dentries.map((dentry) => [dentry.dentryId, dentry])).values()],
      nextToken,
    }),
    encode: ({ dentries, nextToken }) => ({ dentries: [...dentries], nextToken }),
  },
);

/**
 * What a folder holds, one page a call.
 *
 * @see https://open.dingtalk.com/document/development/get-a-list-of-files-or-folders
 */
export const dentriesPageEndpoint: CacheableEndpoint<PageInput, DentriesPage> = {
  name: 'dentries',
  method: 'GET',
  path: ({ spaceId }) => `/v1.0/storage/spaces/${encodeURIComponent(spaceId)}/dentries`,
  query: ({ parentId, field, direction, size, token }) => ({
    parentId,
    orderBy: field,
    order: direction,
    maxResults: String(size),
    nextToken: token,
  }),
  operator: 'unionId',
  answer: codec(pageBody),
  repeatable: true,
  maxAnswerBytes: 1024 * 1024,
  freshness: 'list',
  implies: ({ spaceId }, { dentries }) =>
    dentries.map((answer) => ({
      endpoint: dentryEndpoint,
      input: { spaceId, dentryId: answer.dentryId },
      // Known from lists alone: a lookup says the same whether or not a list came before.
      answer: withoutCategory(answer),
    })),
  refusals: {
    ...dentryRefusals,
    permissionDenied: {
      kind: 'forbidden',
      message: 'The operator may not read this folder: ask as an operator who may, or have it shared.',
    },
    dentryNotExist: {
      kind: 'not-found',
      code: 'DENTRY_NOT_FOUND',
      message: 'There is no such folder in this space: check the id of the folder.',
    },
  },
};
