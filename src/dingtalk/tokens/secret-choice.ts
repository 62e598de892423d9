import type { Credentials } from '../../domain/application.ts';
import { DingTalkError } from '../../errors/dingtalk-error.ts';

/** Which of the app's two secrets DingTalk took. */
export type SecretPlace = 'first' | 'second';

/** Asks with the secret that DingTalk took last; where DingTalk refuses it, once with the other one. */
export type WithSecret = <T>(ask: (secret: string) => Promise<T>) => Promise<T>;

/**
 * DingTalk's code for a wrong secret differs between its endpoints, so that every refusal counts: it costs one call more, and
 * refusals are cached.
 */
export function createSecretChoice(
  { secret, otherSecret }: Credentials,
  onTaken: (place: SecretPlace) => void = () => undefined,
): WithSecret {
  let inUse: SecretPlace = 'first';

  return async (ask) => {
    if (otherSecret === undefined) return ask(secret);
    const place = inUse;
    const other = place === 'first' ? 'second' : 'first';
    const secrets = { first: secret, second: otherSecret };
    try {
      return await ask(secrets[place]);
    } catch (refusal) {
      if (!isRefusal(refusal)) throw refusal;
      const answer = await ask(secrets[other]).catch((error: unknown) => {
        throw isRefusal(error) ? refusal : error;
      });
      if (inUse !== other) onTaken(other);
      inUse = other;
      return answer;
    }
  };
}

const isRefusal = (error: unknown): boolean =>
  error instanceof DingTalkError && error.kind === 'misconfigured';
