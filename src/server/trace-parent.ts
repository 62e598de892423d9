import type { TraceParent } from '../domain/tracer.ts';

const form = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.{0,200})?$/;
const zeros = /^0+$/;

/**
 * Reads the header `traceparent`. Undefined where it is missing or malformed, or came twice.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function parseTraceparent(header: string | string[] | undefined): TraceParent | undefined {
  const [, version, traceId = '', spanId = '', flags = '', more] = form.exec(String(header)) ?? [];
  if (version === undefined || version === 'ff' || zeros.test(traceId) || zeros.test(spanId))
    return undefined;
  // Later versions may have further fields.
  if (version === '00' && more !== undefined) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}
