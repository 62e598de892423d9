import { writtenError, type Answer } from '../answer.ts';
import { documentedError, type DocumentedErrorCode } from '../documented-errors.ts';
import type { FileOperation } from './file-operations.ts';

/** A documented error with the status that the operation gives it, and the scope that the operation asks for. */
export function refusal({ errors, scope }: FileOperation, code: DocumentedErrorCode): Answer {
  const error = documentedError(code);
  const status = errors[code] ?? error.status;
  if (error.accessdenieddetail === undefined) return writtenError({ ...error, status });
  const message = `应用尚未开通所需的权限：[${scope}]`;
  return writtenError({ ...error, status, message, accessdenieddetail: { requiredScopes: [scope] } });
}
