import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { judge, type Verdict } from './check.ts';
import { expected, targets, type Target } from './expected.ts';
import { graphqlCop } from './graphql-cop.ts';
import { nuclei } from './nuclei.ts';
import { apiKey, productionOver, startBuiltGateway } from './start-gateway.ts';

export const judges = [graphqlCop, nuclei];

export type Verdicts = Readonly<Record<Target, readonly Verdict[]>>;

/** Runs every check on built gateways over the stand-in: in production without and with a key, and in development. */
export async function runJudges(): Promise<Verdicts> {
  await using stack = new AsyncDisposableStack();
  const upstream = await startSandbox({});
  stack.defer(() => upstream.close());
  const production = stack.use(await startBuiltGateway(productionOver(upstream.url)));
  const development = stack.use(await startBuiltGateway({}));
  return {
    'production, no key': await judge(judges, production.url),
    production: await judge(judges, production.url, apiKey),
    development: await judge(judges, development.url),
  };
}

/** What differs from what is expected, one sentence each. */
export function surprises(verdicts: Verdicts): readonly string[] {
  return targets.flatMap((target) =>
    verdicts[target].flatMap(({ judge, name, isFinding }) => {
      if (isFinding === isExpected(target, name)) return [];
      return [`${target}: ${judge} ${isFinding ? 'finds' : 'no longer finds'} ${name}`];
    }),
  );
}

/** The table: what each judge sends, and its verdict in each case. */
export function tableOf(verdicts: Verdicts): string {
  const head = ['judge', 'check', 'sent', ...targets];
  const rows = verdicts.production.map(({ judge, name, sent }, index) => [
    judge,
    name,
    sent,
    ...targets.map((target) => {
      if (!verdicts[target][index]?.isFinding) return '–';
      return isExpected(target, name) ? 'expected' : 'FINDING';
    }),
  ]);
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const isExpected = (target: Target, name: string): boolean =>
  expected.some((finding) => finding.name === name && finding.where.includes(target));
