import { isLoopback } from '../domain/loopback.ts';
import type { Config } from './config.ts';

/** A shorter secret causes a warning. */
const minLength = 16;
/** So does one of fewer different characters: less than a random one ever has. */
const minCharacters = 6;
const placeholder = /change.?me|replace.?me|example|placeholder|password|your[-_ ]/i;

export const remedy = 'make a random one, for instance with openssl rand -hex 32';

/** One warning for each secret of ours that is easy to guess. Never contains it. */
export function weakSecretWarnings({ host, viewer, viewerLogKey }: Config): string[] {
  const reachable = !isLoopback(host);
  return [
    ...(reachable && viewer.kind === 'fixed'
      ? warn(
          'GATEWAY_API_KEYS has a key that',
          viewer.apiKeys.map(({ key }) => key),
          'acts as the operator',
        )
      : []),
    ...(reachable && viewer.kind === 'router'
      ? warn(
          viewer.secrets.length > 1 ? 'ROUTER_SECRET has a secret that' : 'ROUTER_SECRET',
          viewer.secrets,
          'acts as any operator',
        )
      : []),
    ...warn(
      'VIEWER_LOG_KEY',
      viewerLogKey === undefined ? [] : [viewerLogKey],
      'finds the viewers behind the names in the log',
    ),
  ];
}

function warn(what: string, secrets: readonly string[], danger: string): string[] {
  const weaknesses = new Set(secrets.map(weaknessOf).filter((weakness) => weakness !== undefined));
  return [...weaknesses].map((weakness) => `${what} ${weakness}: anyone who guesses it ${danger}; ${remedy}`);
}

/** Why a secret is easy to guess, as the rest of a sentence; undefined if it is not. */
export function weaknessOf(secret: string): string | undefined {
  if (secret.length < minLength) return `is shorter than ${minLength} characters`;
  if (new Set(secret).size < minCharacters) return 'repeats a few characters';
  return placeholder.test(secret) ? 'looks like a placeholder' : undefined;
}
