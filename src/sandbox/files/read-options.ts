import * as z from 'zod';
import type { SandboxCall } from '../sandbox-call.ts';
import type { SpaceCall } from './answer-in-space.ts';
import type { DentryExtras } from './dentry-body.ts';
import type { Dentry } from './dentry.ts';
import { thumbnailOf } from './thumbnail.ts';

/** The optional inputs of the operations that write dentries. */
export const dentryOption = z
  .object({
    appIdsForAppProperties: z.array(z.string()).max(20).optional(),
    withThumbnail: z.boolean().default(false),
  })
  .prefault({});

/** The body of a call in a shape; a body that is missing is an empty object. Undefined if it has another shape. */
export function readBody<T>({ body }: SandboxCall, shape: z.ZodType<T>): T | undefined {
  return shape.safeParse(body === undefined || body === '' ? {} : body).data;
}

/** What an option adds to a dentry. */
export function extrasOf(
  { withThumbnail, appIdsForAppProperties }: z.output<typeof dentryOption>,
  dentry: Dentry,
  asked: SpaceCall,
): DentryExtras {
  const thumbnail = withThumbnail ? thumbnailOf(dentry, asked) : undefined;
  return {
    propertiesOf: appIdsForAppProperties,
    thumbnail: typeof thumbnail === 'object' ? thumbnail : undefined,
  };
}
