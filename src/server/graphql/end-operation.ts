import type { GraphQLRequestContextWillSendResponse } from '@apollo/server';
import type { OperationSpan } from '../../domain/tracer.ts';
import { isClientGone } from '../../errors/client-gone-error.ts';
import type { RequestContext } from './request-context.ts';

/** Ends the span of an operation when its answer is known. */
export function endOperation(
  span: OperationSpan,
  {
    operation,
    operationName,
    errors: thrown = [],
    response,
  }: GraphQLRequestContextWillSendResponse<RequestContext>,
): void {
  const { body } = response;
  const errors = body.kind === 'single' ? (body.singleResult.errors ?? []) : [];
  const codes = thrown.some(isClientGone)
    ? ['aborted']
    : new Set(errors.map(({ extensions }) => String(extensions?.['code'])));
  span.end({ type: operation?.operation, name: operationName ?? undefined, codes: [...codes] });
}
