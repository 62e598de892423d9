import { toProblem, type Problem } from '../problems/problem.ts';
import type { SignInBody } from './codes.ts';

/** Who has signed in. In `sessionStorage`: for this tab, until it is closed. */
export interface Session {
  readonly token: string;
  readonly expiresAt: string;
  readonly user: { readonly name: string | null };
}

const storageKey = 'file-browser:session';
/** A token is renewed with the first request in the last part of its life. */
const renewBeforeMs = 30 * 60_000;

let renewal: Promise<void> | undefined;

export function storedSession(): Session | undefined {
  const stored = sessionStorage.getItem(storageKey);
  return stored === null ? undefined : (JSON.parse(stored) as Session);
}

/** Exchanges a code of DingTalk; returns what failed. */
export async function signIn(body: SignInBody): Promise<Problem | undefined> {
  return ask('/session', { 'content-type': 'application/json' }, JSON.stringify(body));
}

/** Ends the session on every replica of the gateway, and here in any case. */
export async function signOut(): Promise<void> {
  const session = storedSession();
  sessionStorage.removeItem(storageKey);
  if (session) await fetch('/session', { method: 'DELETE', headers: bearer(session) }).catch(() => undefined);
}

/** `fetch` as the person who has signed in. `onEnded` is called where the session counts no more. */
export const fetchAsPerson =
  (onEnded: () => void): typeof fetch =>
  async (input, options) => {
    await renewIfNeeded();
    const session = storedSession();
    const headers = new Headers(options?.headers);
    if (session) headers.set('authorization', bearer(session).authorization);
    const response = await fetch(input, { ...options, headers });
    if (response.status === 401) {
      sessionStorage.removeItem(storageKey);
      onEnded();
    }
    return response;
  };

/** Where that fails the present token is used, for as long as it lives. */
async function renewIfNeeded(): Promise<void> {
  const session = storedSession();
  if (!session || Date.parse(session.expiresAt) - Date.now() > renewBeforeMs) return;
  renewal ??= ask('/session/renew', bearer(session))
    .then(() => undefined)
    .finally(() => (renewal = undefined));
  await renewal;
}

async function ask(
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<Problem | undefined> {
  try {
    const response = await fetch(path, { method: 'POST', headers, ...(body !== undefined && { body }) });
    const answer = (await response.json()) as Session & {
      errors?: readonly Parameters<typeof toProblem>[0][];
    };
    const [error] = answer.errors ?? [];
    if (error) return toProblem(error);
    sessionStorage.setItem(storageKey, JSON.stringify(answer));
    return undefined;
  } catch {
    return { code: 'NO_GATEWAY', message: 'No answer', retryable: true, retryAfterMs: 0 };
  }
}

const bearer = ({ token }: Session): { authorization: string } => ({ authorization: `Bearer ${token}` });
