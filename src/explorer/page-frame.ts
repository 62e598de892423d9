import type { GatewayFacts } from './gateway-facts.ts';

/** What stands around Ruru: above it which gateway this is, below it what the last answer cost. */
export interface PageFrame {
  readonly styles: string;
  readonly header: string;
  readonly footer: string;
}

export function frameOf(facts: GatewayFacts, title: string, ruruVersion: string): PageFrame {
  const notices = noticesOf(facts).map((notice) => `<p>${escapeHtml(notice)}</p>`);
  return {
    styles: `<style>${styles}</style>`,
    header: `<header>
<h1>${title}</h1>
<span id="mode" class="${facts.mode}">${facts.mode.toUpperCase()}</span>
<span>${escapeHtml(facts.upstream)}</span>
<span>VIEWER_AUTH=${facts.viewerAuth}</span>
${notices.join('\n')}
</header>`,
    footer: `<footer>
<output id="cost">What an answer has cost stands here.</output>
${facts.explainable ? '<label><input type="checkbox" id="explain"> x-explain: where data came from</label>' : ''}
<span>Ruru ${ruruVersion}</span>
</footer>`,
  };
}

/** What someone has to know before the first query. */
function noticesOf({ introspection, viewerAuth, needsApiKey }: GatewayFacts): string[] {
  const credentials = credentialsOf(viewerAuth, needsApiKey);
  return [
    ...(credentials === undefined ? [] : [credentials]),
    ...(introspection
      ? []
      : [
          'This page has no schema: queries run, but nothing is documented or completed. To give it the schema, start the ' +
            'gateway with INTROSPECTION=on.',
        ]),
  ];
}

function credentialsOf(viewerAuth: GatewayFacts['viewerAuth'], needsApiKey: boolean): string | undefined {
  switch (viewerAuth) {
    case 'fixed':
      return needsApiKey ? write('{ "x-api-key": "…" }') : undefined;
    case 'jwt':
      return write(`{ "authorization": "Bearer …" }, with a token of your identity provider,`);
    case 'dingtalk':
      return write(`{ "authorization": "Bearer …" }, with a person's token of DingTalk,`);
    case 'session':
      return write(`{ "authorization": "Bearer …" }, with a token of POST /session,`);
    case 'router':
      return 'Requests are accepted from the router alone, which has the secret: use its own explorer.';
  }
}

const write = (headers: string): string =>
  `Requests need credentials: write ${headers} under Headers of the tab, then fetch the schema again.`;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => entities[character] ?? '');

/** Ruru's classes are those of GraphiQL 5. */
const styles = `
body { --type-name: #8a4b00; display: flex; flex-direction: column; height: 100dvh; font: 14px/1.4 system-ui, sans-serif; }
main { flex: 1; min-height: 0; }
#ruru-root { height: 100%; }
header, footer { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; padding: 6px 12px; color: #fff; background: #1d2433; }
header h1 { margin: 0; font-size: 15px; }
header p { flex-basis: 100%; margin: 0; }
#mode { padding: 1px 8px; border-radius: 9px; font-weight: 700; color: #fff; background: #1a6e3c; }
#mode.live { background: #b3261e; }
#cost { flex: 1 1 320px; }
/* Ruru's own name, and what only PostGraphile and Grafast answer. */
.graphiql-logo, .graphiql-footer, .graphiql-sidebar button[aria-label$=" Explain"],
[role="menuitem"][title*="SQL"], [role="menuitem"][title*="explain"], [role="menuitem"][title*="rror"] { display: none !important; }
/* Monaco's colours that have too little contrast: line numbers, numbers in the light theme, comments in the dark one. */
.monaco-editor .line-numbers:not(.active-line-number) { color: #4b6370 !important; }
.monaco-editor.vs-dark .line-numbers:not(.active-line-number) { color: #a3abbb !important; }
.monaco-editor.vs .mtk8 { color: #067048 !important; }
.monaco-editor.vs-dark .mtk8 { color: #8fbf7c !important; }
/* GraphiQL's names of types: its orange on white has too little contrast, and a link in a sentence has to look like one. */
#ruru-root .graphiql-doc-explorer-type-name, #ruru-root .graphiql-doc-explorer-root-type { color: var(--type-name); text-decoration: underline; }
body.graphiql-dark { --type-name: #ffb454; }
@media (prefers-color-scheme: dark) { body:not(.graphiql-light) { --type-name: #ffb454; } }
@media (max-width: 700px) {
  body { height: auto; min-height: 100dvh; }
  main { flex: none; height: 760px; }
  footer { position: sticky; bottom: 0; z-index: 3; }
  #cost { flex-basis: 100%; }
  .graphiql-main { position: relative; min-width: 0; }
  /* Empty where none is open. */
  .graphiql-main > .graphiql-plugin:not(:empty) { position: absolute; z-index: 2; inset: 0; min-width: 0 !important; background: hsl(var(--color-base)); }
  .graphiql-main > .graphiql-horizontal-drag-bar, #graphiql-session > .graphiql-horizontal-drag-bar { display: none !important; }
  .graphiql-sessions { min-width: 0; }
  #graphiql-session { flex-direction: column; }
}
`;
