import * as clients from './clients.ts';

const url = process.env['GATEWAY_URL'] ?? 'http://localhost:4000/graphql';
/** For urql alone, whose GET any page could send. */
const headers = { 'graphql-require-preflight': '1' };

for (const [name, ask] of Object.entries(clients)) {
  console.log(name, await ask({ url, headers }, { group: 'cid9FTRQSLo+sKxxxx' }));
}
