import type { FastifyInstance } from 'fastify';
import { systemClock, type Clock } from '../../src/async/clock.ts';
import type { Config } from '../../src/config/config.ts';
import { createGateway } from '../../src/gateway.ts';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { readConfig } from './read-config.ts';

export interface GatewayUnderTest {
  readonly app: FastifyInstance;
  /** Of `ADMIN_PORT`; does not listen yet. */
  readonly admin: FastifyInstance | undefined;
  readonly url: string;
  readonly upstream: Sandbox;
  /** Every log line so far, at level trace. */
  readonly log: readonly string[];
  /** Sends one operation and returns the whole answer. `signal` disconnects the client. */
  query(
    query: string,
    variables?: Record<string, unknown>,
    headers?: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<Answer>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly data?: any;
    readonly errors?: readonly { message: string; path?: readonly (string | number)[]; extensions: any }[];
  };
}

interface Options {
  /** Variables in addition to the defaults: a live gateway over the stand-in, a fixed operator, no cache. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly clock?: Clock;
  readonly sandbox?: SandboxOptions;
  /** Changes what `environment` cannot: loopback is never behind a proxy. */
  readonly adjust?: (config: Config, upstream: Sandbox) => Config | Promise<Config>;
}

/** A live gateway on a free port, over its own stand-in for DingTalk. */
export async function startGateway({
  environment,
  clock = systemClock,
  sandbox,
  adjust = (config) => config,
}: Options = {}): Promise<GatewayUnderTest> {
  const upstream = await startSandbox({ callsPerSecond: Infinity, nowMs: () => clock.nowMs(), ...sandbox });
  const result = readConfig({
    PORT: '0',
    DINGTALK_API_URL: upstream.url,
    DINGTALK_LEGACY_URL: upstream.url,
    DINGTALK_APP_KEY: sandboxCredentials.appKey,
    DINGTALK_APP_SECRET: sandboxCredentials.appSecret,
    DINGTALK_OPERATOR_UNION_ID: sandboxCredentials.operatorUnionId,
    DINGTALK_QPS: '10000',
    CACHE_TTL_MS: '0',
    CACHE_STALE_MS: '0',
    CACHE_NEGATIVE_TTL_MS: '0',
    VIEWER_AUTH: 'fixed',
    IDE: 'off',
    LOG_LEVEL: 'trace',
    ...environment,
  });
  if (!result.ok) throw new Error(`Bad test configuration: ${JSON.stringify(result.problems)}`);

  const log: string[] = [];
  const logger = createLogger(result.config.logLevel, { write: (line) => void log.push(line) });
  const gateway = await createGateway(await adjust(result.config, upstream), {
    log: logger,
    clock,
    random: () => 0,
  });
  const url = await gateway.app.listen({ host: '127.0.0.1', port: 0 });
  const close = async (): Promise<void> => {
    await gateway.close();
    await upstream.close();
  };
  return {
    app: gateway.app,
    admin: gateway.admin,
    url,
    upstream,
    log,
    async query(query, variables = {}, headers = {}, signal) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
        ...(signal && { signal }),
      });
      return {
        status: response.status,
        headers: response.headers,
        body: (await response.json()) as Answer['body'],
      };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
