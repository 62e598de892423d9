import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { proxyName, type ForwardProxy } from '../domain/forward-proxy.ts';
import { isLoopback } from '../domain/loopback.ts';

/** Logs through which forward proxy each host beyond this machine is asked. */
export function logProxies(log: Pick<Logger, 'info'>, { dingtalk, viewer }: Config): void {
  const ways: (readonly [URL, ForwardProxy | undefined])[] = [];
  if (dingtalk.mode === 'live') ways.push([dingtalk.apiUrl, dingtalk.proxy]);
  if (dingtalk.mode === 'live' && dingtalk.legacy) ways.push([dingtalk.legacy.url, dingtalk.legacy.proxy]);
  if (viewer.kind === 'jwt' && 'jwksUrl' in viewer.keys) ways.push([viewer.keys.jwksUrl, viewer.keys.proxy]);
  const proxies = Object.fromEntries(
    ways
      .filter(([{ hostname }]) => !isLoopback(hostname))
      .map(([{ origin }, proxy]) => [origin, proxy ? proxyName(proxy) : 'none']),
  );
  const named = Object.entries(proxies).map(([origin, proxy]) => `${origin}: ${proxy}`);
  if (named.length > 0) log.info({ proxies }, `forward proxy: ${named.join(', ')}`);
}
