/** How people sign in; undefined: the gateway knows by itself who asks. Set when the page is built. */
export interface SignInSettings {
  /** The app's key, which is public. */
  readonly clientId: string;
  readonly loginUrl: string;
}

const { VITE_DINGTALK_CLIENT_ID: clientId, VITE_DINGTALK_LOGIN_URL: loginUrl } = import.meta.env;

export const settings: SignInSettings | undefined = clientId
  ? { clientId, loginUrl: loginUrl ?? 'https://login.dingtalk.com/oauth2/auth' }
  : undefined;
