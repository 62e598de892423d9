import { publicCodes, type PublicCode } from '../../src/errors/codes.ts';
import { kinds } from '../../src/errors/kinds.ts';
import type { Refusal } from '../../src/domain/endpoint.ts';
import { commonCodes } from '../../src/dingtalk/http/documented-codes.ts';
import { variables } from '../../src/config/variables.ts';
import { definitions } from '../../src/observability/metrics/definitions.ts';
import { endpoints } from './endpoints.ts';

/** Codes that DingTalk's do not lead to, and whether asking again helps. */
const retryableOnTheirOwn: Partial<Record<PublicCode, boolean>> = {
  UPSTREAM_TIMEOUT: true,
  UPSTREAM_MALFORMED_RESPONSE: true,
  GATEWAY_OVERLOADED: true,
};

/** The README's table of variables, as the code would have it. */
export function variablesTable(): string {
  const rows = Object.entries(variables).map(([name, variable]) => {
    return `| \`${name}\` | ${variable.defaultText} | ${variable.meaning} |`;
  });
  return ['| variable | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

/** The README's table of errors, as the code would have it. */
export function errorsTable(): string {
  const meanings: [string, Pick<Refusal, 'kind' | 'code'>][] = [
    ...Object.entries(commonCodes),
    ...endpoints.flatMap(({ refusals }) => Object.entries(refusals)),
  ];
  const rows = Object.entries(publicCodes).map(([code, when]) => {
    const upstream = meanings.flatMap(([upstreamCode, meaning]) => {
      const { code: kindsCode, retryable } = kinds[meaning.kind];
      return (meaning.code ?? kindsCode) === code ? [{ upstreamCode, retryable }] : [];
    });
    const upstreamCodes = new Set(upstream.map(({ upstreamCode }) => `\`${upstreamCode}\``));
    const codes = [...upstreamCodes].join(', ') || '–';
    const retryable = upstream[0]?.retryable ?? retryableOnTheirOwn[code as PublicCode] ?? false;
    return `| \`${code}\` | ${when} | ${codes} | ${retryable ? 'yes' : 'no'} |`;
  });
  return ['| `code` | when | DingTalk’s codes | retryable |', '| --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

/** The README's table of metrics, as the code would have it. */
export function metricsTable(): string {
  const rows = Object.values(definitions).map(({ name, type, labels, help }) => {
    const labelled = labels.map((label) => `\`${label}\``).join(', ') || '–';
    return `| \`${name}\` | ${type} | ${labelled} | ${help} |`;
  });
  return ['| metric | type | labels | tells |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
