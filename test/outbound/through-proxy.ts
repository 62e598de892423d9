import tls from 'node:tls';
import { afterAll, beforeAll } from '@jest/globals';
import type { Clock } from '../../src/async/clock.ts';
import type { ForwardProxy } from '../../src/domain/forward-proxy.ts';
import { startForwardProxy, startTlsFront, type ForwardProxyUnderTest } from '../support/forward-proxy.ts';
import { selfSigned } from '../support/self-signed.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

const usual = tls.getCACertificates('default');
// What `NODE_EXTRA_CA_CERTS` does at the start of a process, and only here: other tests in this process do not trust it.
beforeAll(() => tls.setDefaultCACertificates([...usual, selfSigned.cert]));
afterAll(() => tls.setDefaultCACertificates(usual));

export const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';
export const example = { id: 'cid9FTRQSLo+sKxxxx' };
export const found = { data: { conversationSpace: { spaceId: '798xxxxx' } } };

export interface ThroughProxy extends AsyncDisposable {
  readonly gateway: GatewayUnderTest;
  readonly proxy: ForwardProxyUnderTest;
  /** Host and port of DingTalk, as the proxy gets them. */
  readonly target: string;
  /** The lines about the proxy and the reasons of failed lookups so far, with `PROXY` and `TARGET` for the addresses. */
  reasons(): string[];
}

export interface ThroughProxyOptions {
  readonly scheme?: 'http' | 'https' | undefined;
  readonly authorization?: string | undefined;
  readonly environment?: NodeJS.ProcessEnv | undefined;
  readonly clock?: Clock | undefined;
  /** Replaces the running proxy. */
  readonly url?: URL | undefined;
}

/** A gateway that reaches its stand-in, which speaks TLS, through a forward proxy. */
export async function startThroughProxy(options: ThroughProxyOptions = {}): Promise<ThroughProxy> {
  const { scheme, authorization, environment = {}, clock, url } = options;
  await using stack = new AsyncDisposableStack();
  const proxy = stack.use(await startForwardProxy(scheme));
  const way: ForwardProxy = { url: url ?? proxy.way.url, authorization };
  let target = '';
  const gateway = stack.use(
    await startGateway({
      environment,
      ...(clock && { clock }),
      async adjust(config, upstream) {
        const front = stack.use(await startTlsFront(Number(new URL(upstream.url).port)));
        target = front.url.host;
        return { ...config, dingtalk: { ...config.dingtalk, apiUrl: front.url, proxy: way } };
      },
    }),
  );
  const open = stack.move();
  return {
    gateway,
    proxy,
    target,
    reasons: () =>
      gateway.log
        .map((line) => JSON.parse(line) as { msg: string; reason?: string; dingtalk?: { reason?: string } })
        .filter(({ msg, dingtalk }) => msg.includes('proxy') || dingtalk?.reason !== undefined)
        .map(({ msg, reason, dingtalk }) => `${msg}: ${reason ?? dingtalk?.reason}`)
        .map((text) => text.replaceAll(target, 'TARGET').replaceAll(way.url.origin, 'PROXY')),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
