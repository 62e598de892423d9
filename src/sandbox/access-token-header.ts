import type { SandboxCall } from './sandbox-call.ts';

/** The access token of a call; no other header is looked at. */
export function accessTokenOf(call: SandboxCall): string | undefined {
  const value = call.headers['x-acs-dingtalk-access-token'];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
