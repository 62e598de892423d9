import vm from 'node:vm';
import { expect, test } from '@jest/globals';
import type { Refusal } from '../../src/domain/endpoint.ts';
import { kinds } from '../../src/errors/kinds.ts';
import { legacyCodes } from '../../src/errors/legacy-codes.ts';
import { memberEndpoint } from '../../src/identity/sessions/member.endpoint.ts';
import { pagePersonEndpoint } from '../../src/identity/sessions/page-person.endpoint.ts';
import { codeBlocks } from '../support/code-blocks.ts';
import { tableRows } from '../support/page-tables.ts';
import { readPage } from '../support/pages.ts';
import { found } from '../support/raw-query.ts';
import { startSessionGateway } from '../support/session-gateway.ts';

const page = await readPage('docs/sign-in.md');
const [insideDingTalk = '', elsewhere = ''] = codeBlocks(page, 'js');

/** Runs a block as a page would, without its import, and returns what it exports. */
function run(code: string, globals: object): any {
  const names = [...code.matchAll(/export (?:async )?function (\w+)/g)].map(([, name]) => name);
  const plain = code.replaceAll(/^import .*$/gm, '').replaceAll('export ', '');
  return vm.runInNewContext(`${plain}\n({ ${names.join(', ')} })`, globals);
}

const codeLines = (code: string): number => code.split('\n').filter((line) => line.trim() !== '').length;

test('the page inside DingTalk signs in', async () => {
  await using gateway = await startSessionGateway();
  const dd = {
    requestAuthCode({ clientId, corpId, onSuccess }: any) {
      onSuccess({ code: `auth.linxxxxx.${clientId}.${corpId}` });
    },
  };
  const { signIn } = run(insideDingTalk, {
    dd,
    Error,
    fetch: (path: string, options: RequestInit) => fetch(`${gateway.url}${path}`, options),
  });

  const { token, user, expiresAt } = await signIn('client', 'corp');

  expect([user, expiresAt]).toEqual([{ name: 'Lin Xiaomei' }, '2026-01-15T02:00:01.000Z']);
  expect(await gateway.ask(token)).toMatchObject({ status: 200, body: found });
  await expect(signIn('client', 'corp')).rejects.toThrow('UNAUTHENTICATED');
  expect(codeLines(insideDingTalk)).toBeLessThanOrEqual(12);
});

test('the commands for the sandbox lead to a token, and with it to data', async () => {
  await using gateway = await startSessionGateway();
  const requests = [...page.matchAll(/^curl -s localhost:4000(\/\w+) (.*) -d '(.*)'$/gm)];
  const send = async (index: number, token = ''): Promise<any> => {
    const [, path, options = '', body = ''] = requests[index] ?? [];
    const headers = [...options.matchAll(/-H '([^:]+): ([^']*)'/g)].map(
      ([, name = '', value = '']): [string, string] => [name, value.replace('eyJ…', token)],
    );
    return (await fetch(`${gateway.url}${path}`, { method: 'POST', headers, body })).json();
  };

  const { token, user } = await send(0);

  expect(requests).toHaveLength(2);
  expect(user).toEqual({ name: 'Chen Haoyu' });
  expect(await send(1, token)).toEqual({ data: { conversationSpace: { spaceId: '798xxxxx' } } });
  expect(await send(1)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
});

test('the page elsewhere goes to the login page and comes back with a code, once and for its own state', async () => {
  await using gateway = await startSessionGateway();
  const visited: string[] = [];
  const storage: Record<string, string> = {};
  const location = {
    origin: 'http://127.0.0.1:1',
    pathname: '/app',
    search: '',
    assign: (url: string) => void visited.push(url),
  };
  const history = { replaceState: (_state: unknown, _title: string, url: string) => visited.push(url) };
  const { goToLogin, codeOfLogin } = run(elsewhere, {
    location,
    history,
    sessionStorage: storage,
    crypto,
    URLSearchParams,
  });

  goToLogin('sandbox-app-key');
  const login = new URL(visited[0] ?? '');
  expect(`${login.origin}${login.pathname}`).toBe('https://login.dingtalk.com/oauth2/auth');
  const html = await (await fetch(`${gateway.upstream.url}${login.pathname}${login.search}`)).text();
  const back = new URL((/<a href="([^"]*)"/.exec(html)?.[1] ?? '').replaceAll('&amp;', '&'));
  expect(`${back.origin}${back.pathname}`).toBe('http://127.0.0.1:1/app');
  location.search = back.search;
  const oauthCode = codeOfLogin();
  location.search = back.search.replace('state=', 'state=x');
  const ofAnother = codeOfLogin();
  delete storage['loginState'];
  location.search = '?authCode=oauth.chyxxxxx.of-an-attacker';
  const withoutState = codeOfLogin();

  expect(visited.slice(1)).toEqual(Array(3).fill('http://127.0.0.1:1/app'));
  expect([ofAnother, withoutState]).toEqual([undefined, undefined]);
  expect(await gateway.signIn({ oauthCode })).toMatchObject({
    status: 201,
    body: { user: { name: 'Chen Haoyu' } },
  });
  expect(codeLines(elsewhere)).toBeLessThanOrEqual(12);
});

test('the table has every code of the legacy host, and our code for it', () => {
  const meanings = { ...legacyCodes, ...pagePersonEndpoint.refusals, ...memberEndpoint.refusals };
  const expected = Object.entries<Pick<Refusal, 'kind' | 'code'>>(meanings).map(
    ([code, { kind, code: own }]) => [
      `\`${code}\``,
      kind === 'stale-token' ? 'none: another token of the app is fetched' : `\`${own ?? kinds[kind].code}\``,
    ],
  );

  const rows = tableRows(page, ['DingTalk’s code', 'our code']);
  expect(rows.toSorted()).toEqual(expected.toSorted());
});
