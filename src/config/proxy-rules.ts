import type { ForwardProxy } from '../domain/forward-proxy.ts';
import { isLoopback } from '../domain/loopback.ts';
import type { Settings } from './variables.ts';
import { proxyVariables } from './variables/proxy.variables.ts';

const names = Object.keys(proxyVariables);

/** The proxy on the way to `url`; undefined: directly. */
export function proxyFor(
  { HTTPS_PROXY: https, HTTP_PROXY: http, NO_PROXY: none }: Settings,
  url: URL,
): ForwardProxy | undefined {
  if (isLoopback(url.hostname) || none?.matches(url) === true) return undefined;
  return url.protocol === 'https:' ? https : http;
}

/** The name under which a variable is set: those of the proxy also in lower case, which wins, as with curl and Node. */
export function nameInUse(environment: NodeJS.ProcessEnv, name: string): string {
  const lower = name.toLowerCase();
  return names.includes(name) && valueOf(environment, lower) !== '' ? lower : name;
}

/** Whether this is one of the proxy's variables, which a machine may have set for other programs. */
export const isOfProxy = (name: string): boolean => names.includes(name.toUpperCase());

/** The environment with the proxy's variables in capitals only. */
export function inCapitals(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const result = { ...environment };
  for (const name of names) {
    result[name] = environment[nameInUse(environment, name)];
    delete result[name.toLowerCase()];
  }
  return result;
}

/** Warnings about what another program may read otherwise. Never contain a value. */
export function proxyWarnings(given: NodeJS.ProcessEnv, { NO_PROXY: none }: Settings): string[] {
  const differing = names.filter((name) => {
    const [capitals, lower] = [valueOf(given, name), valueOf(given, name.toLowerCase())];
    return capitals !== '' && lower !== '' && capitals !== lower;
  });
  const unknown = none?.unknown ?? [];
  return [
    ...differing.map(
      (name) =>
        `${name} and ${name.toLowerCase()} differ, and ${name.toLowerCase()} is used: set one of them`,
    ),
    ...(unknown.length === 0
      ? []
      : [
          `${nameInUse(given, 'NO_PROXY')} has no host, address or network as entry ${unknown.join(', ')}, which is ignored: correct it`,
        ]),
  ];
}

const valueOf = (environment: NodeJS.ProcessEnv, name: string): string => environment[name]?.trim() ?? '';
