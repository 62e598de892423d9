import type { ApiKey } from './config.ts';

/** `web=…`. No name ends in the padding of base64, as in `c2VjcmV0==`: that is a key without a name. */
const named = /^([a-z][a-z0-9-]{0,31})=(?!=*$)(.+)$/;
/** In base64 nothing comes after `=`. */
const equalsWithin = /=[^=]/;

/** Keys, each perhaps with a name before it; those without one are named by their place: `key1`, `key2`, … */
export const readApiKeys = (texts: readonly string[]): readonly ApiKey[] =>
  texts.map((text, index) => {
    const [, name, key] = named.exec(text) ?? [];
    return name === undefined || key === undefined ? { name: nameByPlace(index), key: text } : { name, key };
  });

const nameByPlace = (index: number): string => `key${index + 1}`;

/** Never contains a key or a name: what looks like a name may be the beginning of a key. */
export function problemOfApiKeys(apiKeys: readonly ApiKey[]): string | undefined {
  if (hasTwice(apiKeys.map(({ name }) => name))) {
    return 'has two keys of one name: give each its own, as in web=…,batch=… (without one they are key1, key2, …)';
  }
  return hasTwice(apiKeys.map(({ key }) => key))
    ? 'has the same key twice: clients with one key cannot be told apart'
    : undefined;
}

const hasTwice = (texts: readonly string[]): boolean => new Set(texts).size < texts.length;

/** A warning where a key was probably meant to have a name, as in `Web=…`. */
export const apiKeyWarnings = (apiKeys: readonly ApiKey[]): string[] =>
  apiKeys.some(({ name, key }, index) => name === nameByPlace(index) && equalsWithin.test(key))
    ? [
        'GATEWAY_API_KEYS has a key with = within it, which is all key: a name has lower-case letters, digits and hyphens, 32 at most',
      ]
    : [];
