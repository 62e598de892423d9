import { randomUUID } from 'node:crypto';
import type { Answer } from '../answer.ts';
import { sandboxCredentials, type SandboxUser } from '../credentials.ts';
import type { RoutedCall, SandboxState } from '../sandbox-route.ts';

const htmlType = 'text/html; charset=utf-8';

/** `GET /oauth2/auth`: in place of DingTalk's login page, which is on a host of its own. One link for each person. */
export function answerLoginPage({ call }: RoutedCall, { users }: SandboxState): Answer {
  const { redirect_uri: redirect = '', client_id: clientId, state } = call.query;
  const target = URL.parse(redirect);
  const isKnown = clientId === sandboxCredentials.appKey || clientId === sandboxCredentials.suiteKey;
  if (!isKnown || !target || !/^https?:$/.test(target.protocol)) {
    return page(400, '<p>The client_id or the redirect_uri is wrong.</p>');
  }
  const links = [...users, sandboxCredentials.outsider].map((user) => linkFor(user, target, state));
  return page(200, `<p>The stand-in for DingTalk. Who are you?</p>\n<ul>\n${links.join('\n')}\n</ul>`);
}

function linkFor({ unionId, nick }: SandboxUser, target: URL, state: string | undefined): string {
  const back = new URL(target);
  back.searchParams.set('authCode', `oauth.${unionId}.${randomUUID()}`);
  if (state !== undefined) back.searchParams.set('state', state);
  return `<li><a href="${escape(back.href)}">${escape(nick)}</a></li>`;
}

const page = (status: number, content: string): Answer => ({
  status,
  headers: { 'content-type': htmlType },
  body: `<!DOCTYPE html>\n<html lang="en"><head><link rel="icon" href="data:,"><title>DingTalk login (stand-in)</title></head><body>\n${content}\n</body></html>\n`,
});

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
