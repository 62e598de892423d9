import * as z from 'zod';
import type { BatchForm, BatchItem } from '../../domain/endpoint.ts';
import { booleanBody, idBody, textBody } from '../scalars/lenient-bodies.ts';
import type { DentryKey } from './dentry.type.ts';

/** How the storage API takes files and folders of one space: thirty ids a call. */
export const byDentryIds = {
  maxInputs: 30,
  groupOf: ({ spaceId }) => spaceId,
  idOf: ({ dentryId }) => dentryId,
  body: (inputs) => ({ dentryIds: inputs.map(({ dentryId }) => dentryId) }),
} satisfies Omit<BatchForm<DentryKey>, 'items'>;

/** The result for one id. `success` decides: an `errorCode` may stand beside a success. */
const resultItem = z.object({
  dentryId: idBody,
  success: booleanBody,
  errorCode: textBody,
  dentry: z.unknown().optional(),
  thumbnail: z.unknown().optional(),
});

/** The items of a batch about dentries, with the part that `bodyOf` takes of each success. One that names no id is none. */
export const resultItems = (
  bodyOf: (item: z.output<typeof resultItem>) => unknown,
): z.ZodType<readonly BatchItem[]> =>
  z.object({ resultItems: z.array(z.unknown()) }).transform((answer): readonly BatchItem[] =>
    answer.resultItems.flatMap((each) => {
      const item = resultItem.safeParse(each).data;
      if (!item) return [];
      const { dentryId: id, success, errorCode } = item;
      return success === true ? { id, body: bodyOf(item) } : { id, code: errorCode ?? 'unknownError' };
    }),
  );
