import { STATUS_CODES } from 'node:http';
import { proxyName, type ForwardProxy } from '../domain/forward-proxy.ts';

/** A forward proxy gave no connection. Its message is for the log: it never contains user or password. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';

  constructor(
    message: string,
    /** True where only the operator of the gateway or of the proxy can change that. */
    readonly isRefusal = false,
  ) {
    super(message);
  }
}

/** Called for each connection that a proxy gave (undefined) or failed to give. */
export type OnProxy = (failure: ProxyError | undefined) => void;

/** What the proxy's answer to a request for `target` means. */
export function refusedBy(proxy: ForwardProxy, status: number, target: string, variable: string): ProxyError {
  const words = STATUS_CODES[status] === undefined ? '' : ` ${STATUS_CODES[status]}`;
  const remedy = remedyFor(proxy, status, target, variable);
  // A proxy that is busy may let the next request pass.
  const isRefusal = status < 500 && status !== 408 && status !== 429;
  return new ProxyError(`the proxy ${proxyName(proxy)} refused: ${status}${words}: ${remedy}`, isRefusal);
}

function remedyFor(proxy: ForwardProxy, status: number, target: string, variable: string): string {
  if (status === 407) {
    return proxy.authorization === undefined
      ? `set user and password in ${variable} (Basic authentication)`
      : `correct user and password in ${variable} (Basic authentication)`;
  }
  if (status === 403) return `let it pass requests for ${target}`;
  return status >= 500 ? `it cannot reach ${target}` : `is ${variable} a forward proxy?`;
}
