import type { Config } from '../../src/config/config.ts';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { lookup } from './raw-query.ts';
import { startGateway, type GatewayUnderTest } from './start-gateway.ts';

export const sessionKey = 'k'.repeat(16) + 'the-first-key-of-the-test';
export const otherKey = 'o'.repeat(16) + 'another-key-of-the-test';

export interface SessionAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined without a body. */
  readonly body: any;
}

export interface SessionGateway extends GatewayUnderTest {
  readonly clock: ManualClock;
  /** `POST /session` with this body. */
  signIn(body: unknown): Promise<SessionAnswer>;
  renew(token: string): Promise<SessionAnswer>;
  end(token: string): Promise<SessionAnswer>;
  /** The example's lookup with this token. */
  ask(token: string): Promise<SessionAnswer>;
  /** The token of a new session. */
  tokenOf(code: string): Promise<string>;
}

interface Options {
  readonly environment?: NodeJS.ProcessEnv;
  readonly clock?: ManualClock;
  readonly sandbox?: SandboxOptions;
  readonly adjust?: (config: Config, upstream: Sandbox) => Config | Promise<Config>;
}

/** A gateway at which people sign in, with a clock that stands still. */
export async function startSessionGateway(options: Options = {}): Promise<SessionGateway> {
  const clock = options.clock ?? createManualClock();
  const gateway = await startGateway({
    ...options,
    clock,
    environment: { VIEWER_AUTH: 'session', SESSION_KEY: sessionKey, ...options.environment },
  });

  async function send(
    method: string,
    path: string,
    token: string | undefined,
    body?: unknown,
  ): Promise<SessionAnswer> {
    const response = await fetch(`${gateway.url}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const { status, headers } = response;
    return { status, headers, body: text === '' ? undefined : JSON.parse(text) };
  }
  const signIn = (body: unknown): Promise<SessionAnswer> => send('POST', '/session', undefined, body);

  return {
    ...gateway,
    clock,
    signIn,
    renew: (token) => send('POST', '/session/renew', token),
    end: (token) => send('DELETE', '/session', token),
    ask: (token) => send('POST', '/graphql', token, { query: lookup }),
    async tokenOf(code) {
      const { body } = await signIn(code.startsWith('auth.') ? { authCode: code } : { oauthCode: code });
      return body.token;
    },
  };
}
