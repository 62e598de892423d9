import { randomBytes } from 'node:crypto';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';

/**
 * For `VIEWER_AUTH=session`: sets what gateway and page need to sign people in. Without an app's credentials the stand-in
 * DingTalk is started here instead of within the gateway, because the page leads to its login page. Returns how to end it.
 */
export async function prepareSignIn(): Promise<() => Promise<void>> {
  const { env } = process;
  env['SESSION_KEY'] ??= randomBytes(32).toString('hex');
  if (env['DINGTALK_APP_KEY'] !== undefined) {
    env['VITE_DINGTALK_CLIENT_ID'] ??= env['DINGTALK_APP_KEY'];
    return async () => undefined;
  }
  const sandbox = await startSandbox();
  Object.assign(env, {
    DINGTALK_API_URL: sandbox.url,
    DINGTALK_LEGACY_URL: sandbox.url,
    DINGTALK_APP_KEY: sandboxCredentials.appKey,
    DINGTALK_APP_SECRET: sandboxCredentials.appSecret,
    VITE_DINGTALK_CLIENT_ID: sandboxCredentials.appKey,
    VITE_DINGTALK_LOGIN_URL: `${sandbox.url}/oauth2/auth`,
  });
  return () => sandbox.close();
}
