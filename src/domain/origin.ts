/** Web views and extensions of browsers, whose origins are no origins of `URL`. */
const appSchemes: readonly string[] = [
  'capacitor',
  'ionic',
  'tauri',
  'chrome-extension',
  'moz-extension',
  'safari-web-extension',
];
const originOfApp = /^([a-z][a-z-]*):\/\/[A-Za-z\d._-]{1,253}$/;

/** A pattern is an origin with `*.` before its host, `:*` in place of its port, or both. */
const anySubdomain = '://*.';
const anyPort = ':*';

/** True for what a browser sends as the `Origin` of a page or an app; `null` names none. */
export const isOrigin = (text: string): boolean => isOriginOfPage(text) || isOriginOfApp(text);

const isOriginOfPage = (text: string): boolean =>
  partsOf(text) !== undefined && URL.parse(text)?.origin === text;
const isOriginOfApp = (text: string): boolean => appSchemes.includes(originOfApp.exec(text)?.[1] ?? '');

/** What is wrong with an origin or a pattern of origins, and the remedy; undefined where browsers may send one that fits. */
export function problemOfOriginPattern(text: string): string | undefined {
  if (text === '*')
    return 'must name origins: * would let in every page. Write each of them, or a pattern such as https://*.example.com or http://localhost:*';
  if (text === 'null' || text.startsWith('file:'))
    return 'must not let in null or a file: every file and every sandboxed page has the origin null. Serve the page at http://localhost';
  const example = exampleOf(text);
  if (example.includes('*'))
    return 'may have * only as the whole first label of a host (https://*.example.com) and as the port (http://localhost:*)';
  const isPattern = example !== text;
  if (isPattern ? isOriginOfPage(example) : isOrigin(text)) {
    if (text.includes(anySubdomain) && isTopLevel(new URL(example).hostname))
      return 'has a pattern for a whole top-level domain: write the domain that is yours, such as https://*.example.com';
    return undefined;
  }
  const url = URL.parse(example);
  if (url && /^https?:$/.test(url.protocol) && partsOf(url.origin) === undefined)
    return 'must have hosts of letters, digits, - and _, with no empty part between two dots or before the first: all names below a domain are https://*.example.com';
  if (url && /^https?:$/.test(url.protocol) && isBareOrigin(url))
    return 'must have origins as browsers send them: in small letters, names of other scripts as xn--…, without the port that the scheme implies and without a slash at the end';
  if (url && !/^https?:$/.test(url.protocol) && /^[a-z][a-z\d+.-]*:\/\//i.test(example))
    return `may have the schemes http, https, ${appSchemes.join(', ')}, those of apps without a port, a path or a *`;
  return 'must be a comma-separated list of origins, such as https://app.example.com: no path, no slash at the end';
}

/** One of the origins that fit a pattern. */
const exampleOf = (pattern: string): string =>
  (pattern.endsWith(anyPort) ? pattern.slice(0, -anyPort.length) : pattern).replace(anySubdomain, '://a.');

/** Of `a.example.com`; browsers send `localhost` and all below it to this machine. */
const isTopLevel = (hostname: string): boolean =>
  hostname.split('.').filter((label) => label !== '').length < 3 && hostname !== 'a.localhost';

const isBareOrigin = ({ pathname, search, hash, username }: URL): boolean =>
  pathname === '/' && `${search}${hash}${username}` === '';

interface Parts {
  readonly scheme: string;
  readonly host: string;
  readonly port: string;
}
const pageOrigin = /^(https?):\/\/(\[[\da-f:.]+\]|(?:[a-z\d_-]{1,63}\.)*[a-z\d_-]{1,63}\.?)(?::(\d{1,5}))?$/;

function partsOf(origin: string): Parts | undefined {
  const [, scheme, host, port = ''] = pageOrigin.exec(origin) ?? [];
  return scheme === undefined || host === undefined ? undefined : { scheme, host, port };
}

/** Whether a page or an app is let in, by the value of its header `Origin`. */
export type OriginCheck = (origin: string | undefined) => boolean;

/** The check by `patterns` without problems. */
export function createOriginCheck(patterns: readonly string[]): OriginCheck {
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const checks = patterns.filter((pattern) => pattern.includes('*')).map(checkOf);
  return (origin) => {
    if (origin === undefined) return false;
    if (exact.has(origin)) return true;
    if (checks.length === 0) return false;
    const parts = partsOf(origin);
    return parts !== undefined && checks.some((fits) => fits(parts));
  };
}

function checkOf(pattern: string): (parts: Parts) => boolean {
  const hasAnyPort = pattern.endsWith(anyPort);
  const hasSubdomain = pattern.includes(anySubdomain);
  const example = partsOf(exampleOf(pattern));
  const base = hasSubdomain ? example?.host.slice(1) : undefined;
  return ({ scheme, host, port }) => {
    if (scheme !== example?.scheme || (!hasAnyPort && port !== example.port)) return false;
    if (base === undefined) return host === example.host;
    return host.endsWith(base) && areLabels(host.slice(0, -base.length));
  };
}

const areLabels = (text: string): boolean =>
  text.split('.').every((label) => /^[a-z\d_-]{1,63}$/.test(label));
