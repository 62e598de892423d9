import type { SubgraphName } from './supergraph.ts';

export type Listener = 'Hive Gateway' | 'Apollo Gateway' | SubgraphName;

const knows: Readonly<Record<Listener, string>> = {
  'Hive Gateway': 'how to join the four, and who the viewer is',
  'Apollo Gateway': 'the same',
  dingtalk: 'where the files of a chat live, and the files: this repository',
  'chat-titles': 'what chats are called',
  'space-labels': 'a label on each space',
  'file-labels': 'labels on files, and pinned files by their ids',
};

const query = '{ chats { title space { spaceId corpId label } } pinnedFiles { name size labels } }';

/** For people: what listens where, and a query to paste into a terminal or a browser. */
export function announce(urls: Readonly<Record<Listener, string>>): string {
  const rows = (Object.keys(knows) as Listener[]).map((name) => [name, knows[name], urls[name]] as const);
  const [first, second] = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const table = rows.map((row) => `  ${row[0].padEnd(first!)}  ${row[1].padEnd(second!)}  ${row[2]}`);
  return `
${table.join('\n')}

Query in a terminal:

  curl -s ${urls['Hive Gateway']} -H 'content-type: application/json' \\
    -H 'authorization: Bearer chy' -d '${JSON.stringify({ query })}'

In a browser: open ${urls['Hive Gateway']}, set the header authorization: Bearer chy, and paste

  ${query}

Ctrl-C ends all of them.
`;
}
