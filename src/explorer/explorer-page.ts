import { randomBytes } from 'node:crypto';
import type { RuruClientConfig } from 'ruru/server';
import { pagePolicy } from './content-security-policy.ts';
import { exampleOperations, type ExampleOperation } from './example-operations.ts';
import { fetcherScript } from './fetcher-script.ts';
import type { GatewayFacts } from './gateway-facts.ts';
import { liveOperations } from './live-operations.ts';
import { frameOf } from './page-frame.ts';
import type { Ruru } from './load-ruru.ts';
import { storageScript } from './storage-script.ts';

const title = 'DingTalk GraphQL gateway';

const favicon =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">' +
      '<rect width="16" height="16" rx="4" fill="#1677ff"/>' +
      '<path d="M8 2.5 12.8 5.2v5.6L8 13.5 3.2 10.8V5.2Z" fill="none" stroke="#fff" stroke-width="1.5"/></svg>',
  );

const viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">';

/** A page and its headers. They share a nonce, so one is never sent without the other. */
export interface ExplorerPage {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The paths of the GraphQL endpoint and of the page's assets on this origin. */
export interface ExplorerPageOptions {
  readonly endpoint: string;
  readonly staticPath: string;
  readonly facts: GatewayFacts;
}

/** Props of GraphiQL. Ruru passes all of them on, including those that its types do not name. */
const clientConfigOf = ({ mode }: GatewayFacts): object => ({
  defaultTabs: (mode === 'sandbox' ? exampleOperations : liveOperations).map(tabOf),
  defaultEditorToolsVisibility: 'variables',
  debugTools: [],
  // Headers hold credentials: the page does not offer to store them.
  showPersistHeadersSettings: false,
});

/**
 * Writes the explorer's page, with a new nonce for every call. All its URLs are relative, so that it works below any path
 * of a proxy.
 */
export function writeExplorerPage(
  ruru: Ruru,
  { endpoint, staticPath, facts }: ExplorerPageOptions,
): ExplorerPage {
  const nonce = randomBytes(16).toString('base64');
  const relative = (html: string): string => html.replaceAll(`"${staticPath}`, `".${staticPath}`);
  const withNonce = (tag: string): string =>
    relative(tag).replace(/<(script|link)\b/, `<$1 nonce="${nonce}"`);
  const frame = frameOf(facts, title, ruru.version);
  const html = ruru.ruruHTML({
    endpoint,
    staticPath,
    clientConfig: clientConfigOf(facts) as RuruClientConfig,
    htmlParts: {
      metaTags: (original) => `${withNonce(original)}${viewport}<link rel="icon" href="${favicon}">`,
      titleTag: `<title>${title}</title>`,
      styleTags: (original) => relative(original) + frame.styles,
      configScript: (original) =>
        [original, storageScript(facts), fetcherScript(endpoint)].map(withNonce).join(''),
      headerScripts: withNonce,
      bodyContent: (original) => `${frame.header}<main>${original}</main>${frame.footer}`,
      bodyScripts: withNonce,
      bodyInitScript: withNonce,
    },
  });
  return {
    html,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': pagePolicy(nonce),
      'cache-control': 'private, no-store',
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
  };
}

function tabOf({ query, variables }: ExampleOperation): { query: string; variables: string } {
  return { query, variables: JSON.stringify(variables, null, 2) };
}
