import { variable } from './variable.ts';
import { documentFiles } from '../document-files.ts';
import { oneOf } from '../variable-schemas.ts';

/** The frontends' own operations. */
export const documentVariables = {
  PERSISTED_DOCUMENTS: variable(
    documentFiles,
    'none',
    "comma-separated files with the frontends' own operations, by id",
  ),
  PERSISTED_DOCUMENTS_ONLY: variable(oneOf('0', '1'), '`0`', '`1`: no other operation is executed'),
};
