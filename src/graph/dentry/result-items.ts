import * as z from 'zod';
import type { BatchItem } from '../../domain/endpoint.ts';
import { idBody } from '../scalars/lenient-bodies.ts';

/** The result for one id. `success` decides: an `errorCode` may stand beside a success. */
const resultItem = z.object({
  dentryId: idBody,
  success: z.boolean(),
  errorCode: z.string().optional(),
  dentry: z.unknown().optional(),
  thumbnail: z.unknown().optional(),
});

/** The items of a batch about dentries, with the part that `bodyOf` takes of each success. */
export const resultItems = (
  bodyOf: (item: z.output<typeof resultItem>) => unknown,
): z.ZodType<readonly BatchItem[]> =>
  z.object({ resultItems: z.array(resultItem) }).transform((answer): readonly BatchItem[] =>
    answer.resultItems.map((item) => {
      const { dentryId: id, success, errorCode: code = 'unknownError' } = item;
      return success ? { id, body: bodyOf(item) } : { id, code };
    }),
  );
