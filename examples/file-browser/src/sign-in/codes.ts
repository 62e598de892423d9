import type { SignInSettings } from './settings.ts';

/** What `POST /session` takes. */
export type SignInBody = { readonly authCode: string } | { readonly oauthCode: string };

/** DingTalk's JSAPI, where a script of the page provides it. */
interface DingTalkPage {
  requestAuthCode(request: {
    readonly clientId: string;
    readonly corpId: string;
    readonly onSuccess: (result: { readonly code: string }) => void;
    readonly onFail: (reason: unknown) => void;
  }): void;
}

declare global {
  interface Window {
    readonly dd?: DingTalkPage;
  }
}

const stateKey = 'file-browser:login-state';

/** A code that needs no click: from the login page, or of a page inside DingTalk. Undefined: there is none. */
export async function codeAtHand({ clientId }: SignInSettings): Promise<SignInBody | undefined> {
  const oauthCode = codeOfLogin();
  if (oauthCode !== undefined) return { oauthCode };
  // DingTalk opens a page with it where the app's address has `?corpId=$CORPID$`.
  const corpId = new URLSearchParams(location.search).get('corpId');
  const { dd } = window;
  if (!dd || corpId === null) return undefined;
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly code: string }>();
  dd.requestAuthCode({ clientId, corpId, onSuccess: resolve, onFail: reject });
  const { code } = await promise;
  return { authCode: code };
}

/** Leaves for DingTalk's login page, which leads back here with a code. */
export function goToLogin({ clientId, loginUrl }: SignInSettings): void {
  const state = crypto.randomUUID();
  sessionStorage.setItem(stateKey, state);
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: withoutCode().href,
    response_type: 'code',
    scope: 'openid',
    prompt: 'consent',
    state,
  });
  location.assign(`${loginUrl}?${query}`);
}

/** The code in the page's address, once. Without our own state it is that of someone else. */
function codeOfLogin(): string | undefined {
  const query = new URLSearchParams(location.search);
  const [code, state] = [query.get('authCode'), query.get('state')];
  const expected = sessionStorage.getItem(stateKey);
  sessionStorage.removeItem(stateKey);
  if (code === null) return undefined;
  history.replaceState(history.state, '', withoutCode());
  return state !== null && state === expected ? code : undefined;
}

function withoutCode(): URL {
  const url = new URL(location.href);
  for (const name of ['authCode', 'code', 'state']) url.searchParams.delete(name);
  return url;
}
