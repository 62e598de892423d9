import * as z from 'zod';
import { booleanBody, idBody, longBody, optionalIdBody, textBody } from '../scalars/lenient-bodies.ts';
import { upstreamTimeBody } from '../scalars/upstream-time-body.ts';
import { dentryCategory, dentryStatus, dentryType, storageDriver } from './dentry.enums.ts';
import type { Dentry } from './dentry.type.ts';

/** DingTalk's model of a file or folder, as far as the graph has it. */
const wireDentry = z.object({
  id: idBody,
  spaceId: idBody,
  uuid: optionalIdBody,
  parentId: optionalIdBody,
  type: dentryType.body,
  name: z.string(),
  path: textBody,
  extension: textBody,
  size: longBody,
  version: longBody,
  status: dentryStatus.body,
  category: dentryCategory.body,
  storageDriver: storageDriver.body,
  properties: z.optional(z.unknown()),
  creatorId: optionalIdBody,
  modifierId: optionalIdBody,
  createTime: upstreamTimeBody,
  modifiedTime: upstreamTimeBody,
});

const propertiesBody = z.object({ readOnly: booleanBody });

/**
 * One file or folder. Folders have neither size nor version nor extension, whatever the body says.
 *
 * @see https://open.dingtalk.com/document/development/obtain-file-or-folder-information
 */
export const dentryBody = z.codec(wireDentry, z.custom<Dentry>(), {
  decode({ id, type, properties, ...rest }) {
    const ofFile = type === 'FOLDER' ? { extension: null, size: null, version: null } : {};
    return {
      ...rest,
      ...ofFile,
      dentryId: id,
      type: type ?? 'UNKNOWN',
      readOnly: propertiesBody.safeParse(properties).data?.readOnly ?? null,
    };
  },
  encode: ({ dentryId, readOnly, ...rest }) => ({ ...rest, id: dentryId, properties: { readOnly } }) as never,
});
