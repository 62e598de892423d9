import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { judge, type Verdict } from './check.ts';
import { expected, type Target } from './expected.ts';
import { graphqlCop } from './graphql-cop.ts';
import { nuclei } from './nuclei.ts';
import { startBuiltGateway } from './start-gateway.ts';

export const judges = [graphqlCop, nuclei];

export type Verdicts = Readonly<Record<Target, readonly Verdict[]>>;

const key = { 'x-api-key': 'judges' };

/** Runs every check on built gateways over the stand-in: in production without and with a key, and in development. */
export async function runJudges(): Promise<Verdicts> {
  await using stack = new AsyncDisposableStack();
  const upstream = await startSandbox({});
  stack.defer(() => upstream.close());
  const production = stack.use(
    await startBuiltGateway({
      NODE_ENV: 'production',
      DINGTALK_API_URL: upstream.url,
      DINGTALK_APP_KEY: sandboxCredentials.appKey,
      DINGTALK_APP_SECRET: sandboxCredentials.appSecret,
      DINGTALK_OPERATOR_UNION_ID: sandboxCredentials.operatorUnionId,
      VIEWER_AUTH: 'fixed',
      GATEWAY_API_KEYS: key['x-api-key'],
    }),
  );
  const development = stack.use(await startBuiltGateway({}));
  return {
    'production, no key': await judge(judges, production.url),
    production: await judge(judges, production.url, key),
    development: await judge(judges, development.url),
  };
}

/** What differs from what is expected, one sentence each. */
export function surprises(verdicts: Verdicts): readonly string[] {
  return targets.flatMap((target) =>
    verdicts[target].flatMap(({ judge, name, isFinding }) => {
      const isExpected = reasonFor(target, name) !== undefined;
      if (isFinding === isExpected) return [];
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
      return reasonFor(target, name) === undefined ? 'FINDING' : 'expected';
    }),
  ]);
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const targets = Object.keys(expected) as Target[];

const reasonFor = (target: Target, name: string): string | undefined =>
  (expected[target] as Readonly<Record<string, string>>)[name];
