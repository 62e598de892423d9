import { isDeepStrictEqual } from 'node:util';
import type { Reply } from './supergraph-under-test.ts';

type Extensions = Readonly<Record<string, unknown>>;

/** The extensions of one failure, at the gateway and behind each router. */
export interface Measured {
  readonly gateway: Extensions;
  readonly routers: Readonly<Record<string, Extensions>>;
}

/**
 * The extensions of a reply's errors, or those of the entry that counts the omitted ones. A router may repeat an error;
 * throws if the repetitions differ.
 */
export function extensionsOf({ errors = [] }: Reply): Extensions {
  const all = errors.map(({ extensions }) => withoutRequestId(extensions ?? {}));
  const omitted = all.find(({ code }) => code === 'ERRORS_OMITTED');
  if (omitted) return omitted;
  const [first, ...others] = all;
  if (!first) throw new Error('There is no error');
  for (const other of others) {
    if (summary(other) !== summary(first))
      throw new Error(`Two errors differ: ${summary(first)} and ${summary(other)}`);
  }
  return first;
}

const summary = ({ code, retryable, dingtalk }: Extensions): string =>
  JSON.stringify({ code, retryable, dingtalk });

/** Every call has another request id: compares only whether there is one. */
function withoutRequestId(extensions: Extensions): Extensions {
  const dingtalk = extensions['dingtalk'] as Extensions | undefined;
  if (!dingtalk) return extensions;
  return { ...extensions, dingtalk: { ...dingtalk, requestId: typeof dingtalk['requestId'] } };
}

/** The table of docs/federation.md. */
export function codesTable(measured: readonly Measured[]): string {
  const routers = Object.keys(measured[0]?.routers ?? {});
  const head = [
    'the gateway says',
    ...routers.flatMap((name) => [`${name}: \`code\``, '`dingtalk`', '`retryable`']),
  ];
  const rows = measured.map(({ gateway, routers: seen }) => [
    `\`${String(gateway['code'])}\``,
    ...Object.values(seen).flatMap((router) => [
      router['code'] === gateway['code'] ? 'kept' : `\`${String(router['code'])}\``,
      fate(gateway['dingtalk'], router['dingtalk']),
      fate(gateway['retryable'], router['retryable']),
    ]),
  ]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function fate(said: unknown, heard: unknown): string {
  if (said === undefined && heard === undefined) return '–';
  if (isDeepStrictEqual(said, heard)) return 'kept';
  return heard === undefined ? 'lost' : 'changed';
}

/** A Markdown table without a formatter's padding. */
export const unpadded = (table: string): string =>
  table
    .split('\n')
    .map((line) => line.replaceAll(/ *\| */g, '|').replaceAll(/-{3,}/g, '---'))
    .join('\n');
