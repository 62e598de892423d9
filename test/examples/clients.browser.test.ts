import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';
import { findChromium } from '../../scripts/support/find-chromium.ts';
import { areWanted } from '../support/are-wanted.ts';
import { eventually } from '../support/eventually.ts';
import { logLines } from '../support/log-lines.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';
import { bundleClients, clients, group, howToInstall, installed } from './clients-under-test.ts';

const executablePath = findChromium();
const wanted = areWanted(
  'clients of others in Chromium',
  installed && executablePath !== undefined,
  `${howToInstall}, and Chromium`,
);

/** Adds an element to the page, and waits until it has loaded or failed. */
const waitForLoad = (element: string): string =>
  `new Promise((done) => { const made = document.createElement('${element}'); made.onload = made.onerror = done; made.${element === 'link' ? "rel = 'prefetch', made.href" : 'src'} = address; document.head.append(made); }).then(() => undefined)`;

(wanted ? describe : describe.skip)('clients of others, in pages of another origin', () => {
  let gateway: GatewayUnderTest;
  let server: Server;
  let port: number;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    // Pages of `127.0.0.1` are of another origin too, and not allowed.
    gateway = await startGateway({ environment: { CORS_ORIGINS: 'http://localhost:*' } });
    const script = await bundleClients('browser');
    server = createServer((request, response) => {
      if (request.url?.startsWith('/graphql')) {
        // As a development server does, which keeps pages and gateway on one origin.
        const { method, headers, url } = request;
        const passedOn = httpRequest(`${gateway.url}${url}`, { method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        });
        request.pipe(passedOn);
        return;
      }
      response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
        .end(
          `<!doctype html><link rel="icon" href="data:,"><title>page</title><script>${script.replaceAll('</script', String.raw`<\/script`)}</script>`,
        );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--host-resolver-rules=MAP localhost 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
      ],
    });
    page = await browser.newPage();
  }, 60_000);
  beforeEach(() => {
    gateway.upstream.clearCalls();
    (gateway.log as string[]).length = 0;
  });
  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
    await gateway?.close();
  });

  /** The methods of what came to `/graphql`, without those of preflights. */
  const methods = (): unknown[] =>
    logLines(gateway.log)
      .filter(({ route }) => route === '/graphql')
      .map(({ method }) => method);
  const calls = (): number => gateway.upstream.callsTo('conversationSpace').length;
  /** Each test makes its clients itself, so the page can stay. */
  const open = async (host: string): Promise<void> => {
    const url = `http://${host}:${port}/`;
    if (page.url() !== url) await page.goto(url);
  };
  const ask = (name: string, url: string): Promise<unknown> =>
    page.evaluate(`clients.${name}({ url: ${JSON.stringify(url)} }, { group: ${JSON.stringify(group)} })`);

  test.each(clients)('%s gets its first answer, by its defaults', async (name, sent, space) => {
    await open('localhost');

    expect(await ask(name, `${gateway.url}/graphql`)).toEqual({ conversationSpace: space });
    expect(calls()).toBe(1);
    await eventually(() => methods().length === sent.length);
    expect(methods()).toEqual(sent);
  });

  test.each(clients)('%s gets it behind a proxy of the page’s origin', async (name, _sent, space) => {
    await open('127.0.0.1');

    expect(await ask(name, `http://127.0.0.1:${port}/graphql`)).toEqual({ conversationSpace: space });
    expect(calls()).toBe(1);
  });

  test.each(clients)('%s gets nothing, and causes no call, in a page that is not allowed', async (name) => {
    await open('127.0.0.1');

    await expect(ask(name, `${gateway.url}/graphql`)).rejects.toThrow(/fetch/i);
    expect(calls()).toBe(0);
  });

  const query = encodeURIComponent(`{ conversationSpace(openConversationId: "${group}") { corpId } }`);

  test.each([
    ['a picture', waitForLoad('img')],
    ['a script', waitForLoad('script')],
    ['a frame', waitForLoad('iframe').replace('head', 'body')],
    ['a prefetched link', waitForLoad('link')],
    ['a fetch that cannot read', `fetch(address, { mode: 'no-cors' }).catch(() => undefined)`],
  ])(
    '%s of any page, an allowed one included where it has no origin, causes no call',
    async (_what, script) => {
      for (const host of ['127.0.0.1', 'localhost']) {
        await page.goto(`http://${host}:${port}/`);
        (gateway.log as string[]).length = 0;

        await page.evaluate(
          `(() => { const address = '${gateway.url}/graphql?query=${query}'; return ${script}; })()`,
        );

        await eventually(() => methods().length === 1);
        expect([methods(), calls()]).toEqual([['GET'], 0]);
      }
    },
  );

  test('nor does a link that a person follows; an address that a person types is answered', async () => {
    const address = `${gateway.url}/graphql?query=${query}`;
    await page.goto(`http://localhost:${port}/`);
    const followed = page.waitForResponse((response) => response.url() === address);
    await page.evaluate(`location.href = '${address}'`).catch(() => undefined);
    expect([(await followed).status(), calls()]).toEqual([400, 0]);

    const typed = await browser.newPage();
    const answer = await typed.goto(address);
    const body: unknown = await answer?.json();
    await typed.close();
    expect([answer?.status(), body, calls()]).toEqual([
      200,
      { data: { conversationSpace: { corpId: 'ding1234xxxxx' } } },
      1,
    ]);
  });
});
