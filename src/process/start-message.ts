import type { Config, ViewerConfig } from '../config/config.ts';
import { version } from '../domain/version.ts';

type Described = Pick<Config, 'dingtalk' | 'viewer' | 'redisUrl' | 'persistedDocuments'>;

/** What a start says of itself in the log. Nothing in it is secret. */
export interface StartMessage {
  readonly version: string;
  readonly mode: 'sandbox' | 'live';
  /** Where DingTalk's API begins. Undefined in the sandbox. */
  readonly dingtalk?: string;
  readonly viewer: ViewerConfig['kind'];
  /** Host and port, or those of Sentinels or of a Cluster's nodes. Undefined without Redis. */
  readonly redis?: string;
  /** How many are persisted, and whether others are executed. Undefined where none are. */
  readonly documents?: string;
  readonly graphql: string;
  readonly explorer?: string;
  readonly admin?: string;
}

/** `address` and `admin`: the URLs at which the gateway and its admin port are open. */
export function startMessageOf(
  config: Described & Pick<Config, 'explorer'>,
  address: string,
  admin: string | undefined,
): StartMessage {
  const { dingtalk, viewer, explorer } = config;
  const redis = redisHostOf(config);
  const documents = documentsOf(config);
  return {
    version,
    mode: dingtalk.mode,
    ...(dingtalk.mode === 'live' && { dingtalk: dingtalk.apiUrl.href }),
    viewer: viewer.kind,
    ...(redis !== undefined && { redis }),
    ...(documents !== undefined && { documents }),
    graphql: `${address}/graphql`,
    ...(explorer && { explorer: `${address}/` }),
    ...(admin !== undefined && { admin }),
  };
}

function documentsOf({ persistedDocuments, viewer }: Described): string | undefined {
  if (!persistedDocuments) return undefined;
  const { documents, only } = persistedDocuments;
  const others = viewer.kind === 'router' ? 'and what routers ask for' : 'and no others';
  return `${documents.length} persisted, ${only ? others : 'and any other'}`;
}

function redisHostOf({ redisUrl }: Described): string | undefined {
  if (!redisUrl) return undefined;
  const kind = /\+(sentinel|cluster):$/.exec(redisUrl.protocol)?.[1];
  if (kind === undefined) return redisUrl.port === '' ? `${redisUrl.hostname}:6379` : redisUrl.host;
  const hosts = [redisUrl.host, ...redisUrl.searchParams.getAll('host')].join(', ');
  return kind === 'cluster' ? `Cluster at ${hosts}` : `Sentinels at ${hosts}`;
}

const viewers: Readonly<Record<ViewerConfig['kind'], string>> = {
  fixed: 'fixed: every request asks as one operator',
  jwt: "jwt: the operator in the issuer's token",
  dingtalk: 'dingtalk: the person of the DingTalk user token',
  session: 'session: the person who signed in with DingTalk here',
  router: 'router: the operator that the router names',
};

/** What the gateway is set up to do, in a few lines for people. */
export function describe(config: Described): string {
  const { mode, apiUrl } = config.dingtalk;
  const documents = documentsOf(config);
  return lines([
    [
      'DingTalk',
      mode === 'sandbox' ? 'SANDBOX: made-up data of the embedded stand-in' : `LIVE: ${apiUrl.href}`,
    ],
    ['viewer', viewers[config.viewer.kind]],
    ['Redis', redisHostOf(config) ?? 'none: this process has its own cache, tokens and pace'],
    ...(documents === undefined ? [] : [['documents', documents] as const]),
  ]);
}

/** The same with the version and where to go. */
export function startText(config: Described, { graphql, explorer = 'off', admin }: StartMessage): string {
  const addresses = lines([
    ['GraphQL', graphql],
    ['explorer', explorer],
    ...(admin === undefined ? [] : [['admin', admin] as const]),
  ]);
  return `DingTalk GraphQL gateway ${version}\n${describe(config)}\n${addresses}`;
}

const lines = (rows: readonly (readonly [name: string, text: string])[]): string =>
  rows.map(([name, text]) => `  ${name.padEnd(10)}${text}`).join('\n');
