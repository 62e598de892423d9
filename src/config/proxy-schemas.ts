import * as z from 'zod';
import type { ForwardProxy } from '../domain/forward-proxy.ts';
import { readNoProxy, type NoProxy } from './no-proxy.ts';
import { escapedPassword } from './variable-schemas.ts';

const form = 'http://proxy.example:3128 or http://user:password@proxy.example:3128';

export const proxyUrl: z.ZodType<ForwardProxy, string> = escapedPassword(/^https?:\/\/(.*)@/is).pipe(
  z.string().transform((value, context) => {
    const refuse = (problem: string): typeof z.NEVER => {
      context.addIssue(problem);
      return z.NEVER;
    };
    const url = URL.parse(value);
    // Without slashes a scheme reads as a host, and a host as a scheme.
    if (!/^[a-z][a-z\d+.-]*:\/\//i.test(value) || !url) return refuse(`must be a URL, such as ${form}`);
    const { protocol, hostname, pathname, search, hash, username, password } = url;
    if (protocol !== 'http:' && protocol !== 'https:')
      return refuse(`must begin with http:// or https://: other kinds of proxy are not supported`);
    if (hostname === '' || !/^\/?$/.test(pathname) || `${search}${hash}` !== '')
      return refuse(`must be a proxy's scheme, host and port and nothing else, such as ${form}`);
    const [user, secret] = [unescaped(username), unescaped(password)];
    if (user === undefined || secret === undefined)
      return refuse('has a % in its user or password that begins no escape: write %25');
    if (user.includes(':')) return refuse('has a : in its user, which Basic authentication does not allow');
    const credentials = `${user}:${secret}`;
    return {
      url: new URL(url.origin),
      authorization:
        credentials === ':' ? undefined : `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}`,
    };
  }),
);

export const noProxy: z.ZodType<NoProxy, string> = z.string().transform(readNoProxy);

function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
