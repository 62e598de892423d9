import { sandboxCredentials, type SandboxUser } from '../credentials.ts';
import type { SandboxState } from '../sandbox-route.ts';

/** The forms of a code: `auth.<unionId>.<anything>` of a page inside DingTalk, `oauth.<unionId>.<anything>` of the login page. */
export type CodeKind = 'auth' | 'oauth';

/** Whose code it is; undefined for a wrong one, and for one that was used. */
export function personOfCode(
  kind: CodeKind,
  code: string | undefined,
  { users, useCode }: Pick<SandboxState, 'users' | 'useCode'>,
): SandboxUser | undefined {
  const [given, unionId, ...rest] = code?.split('.') ?? [];
  if (code === undefined || given !== kind || rest.length === 0) return undefined;
  const everyone = [...users, sandboxCredentials.outsider];
  const person = everyone.find((each) => each.unionId === unionId);
  return person && useCode(code) ? person : undefined;
}
