import type { GraphQLRequestContextWillSendResponse } from '@apollo/server';
import type { OperationSpan } from '../../domain/tracer.ts';
import type { RequestContext } from './request-context.ts';

/** Ends the span of an operation when its answer is known. */
export function endOperation(
  span: OperationSpan,
  { operation, operationName, response }: GraphQLRequestContextWillSendResponse<RequestContext>,
): void {
  const { body } = response;
  const errors = body.kind === 'single' ? (body.singleResult.errors ?? []) : [];
  const codes = new Set(errors.map(({ extensions }) => String(extensions?.['code'])));
  span.end({ type: operation?.operation, name: operationName ?? undefined, codes: [...codes] });
}
