import { commonCodes } from '../../src/errors/documented-codes.ts';
import { variables } from '../../src/config/variables.ts';
import { publicCodes, type PublicCode } from '../../src/errors/codes.ts';
import type { Refusal } from '../../src/domain/endpoint.ts';
import { kinds } from '../../src/errors/kinds.ts';
import { definitions } from '../../src/observability/metrics/definitions.ts';
import { endpoints } from './endpoints.ts';

export type Row = readonly string[];

/** The rows of every table of a page that has these headings, in order and without padding. */
export function tableRows(page: string, headings: Row): Row[] {
  const tables = page.match(/(?:^\|.*\n?)+/gm) ?? [];
  return tables.flatMap((table) => {
    const [head = '', , ...rows] = table.trim().split('\n');
    return cellsOf(head).join('|') === headings.join('|') ? rows.map((row) => cellsOf(row)) : [];
  });
}

const cellsOf = (line: string): string[] =>
  line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());

const code = (text: string): string => `\`${text}\``;

/** Name, default and meaning of each variable. */
export const variableRows = (): Row[] =>
  Object.entries(variables).map(([name, { defaultText, meaning }]) => [code(name), defaultText, meaning]);

const meanings = new Map<string, Pick<Refusal, 'kind' | 'code'>>([
  ...endpoints.flatMap(({ refusals }) => Object.entries(refusals)),
  ...Object.entries(commonCodes),
]);
const upstreamFailures = Array.from(meanings, ([upstreamCode, { kind, code: own }]) => ({
  upstreamCode,
  code: own ?? kinds[kind].code,
  retryable: kinds[kind].retryable,
}));

/** Public codes without a DingTalk code, and whether a retry helps. */
const otherRetryable: Partial<Record<PublicCode, boolean>> = {
  UPSTREAM_TIMEOUT: true,
  UPSTREAM_MALFORMED_RESPONSE: true,
  GATEWAY_OVERLOADED: true,
};

/** Each public code, when it occurs, and whether it is retryable. */
export const errorRows = (): Row[] =>
  (Object.keys(publicCodes) as PublicCode[]).map((name) => {
    const upstream = upstreamFailures.find((failure) => failure.code === name);
    const retryable = upstream?.retryable ?? otherRetryable[name] ?? false;
    return [code(name), publicCodes[name], retryable ? 'yes' : 'no'];
  });

/** Each of DingTalk's documented codes with its public code. */
export const upstreamCodeRows = (): Row[] =>
  upstreamFailures.map((failure) => [code(failure.upstreamCode), code(failure.code)]);

/** Name, labels and help of each metric of one type. */
export const metricRows = (ofType: string): Row[] =>
  Object.values(definitions)
    .filter(({ type }) => type === ofType)
    .map(({ name, labels, help }) => [code(name), labels.map(code).join(', ') || '–', help]);
