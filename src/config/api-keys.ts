import type { ApiKey } from './config.ts';

/**
 * `web=…`. No name ends in the padding of base64, as in `c2VjcmV0==`: that is a key without a name. A header never begins with
 * a blank, so that no key does.
 */
const named = /^([a-z][a-z0-9-]{0,31})=(?!=*$)(.+)$/;
/** In base64 nothing comes after `=`. */
const equalsWithin = /=[^=]/;

/** Keys, each perhaps with a name before it; those without one are named by their place: `key1`, `key2`, … */
export const readApiKeys = (texts: readonly string[]): readonly ApiKey[] =>
  texts.map((text, index) => {
    const [, name, key] = named.exec(text) ?? [];
    return name === undefined || key === undefined
      ? { name: nameByPlace(index), key: text }
      : { name, key: key.trim() };
  });

const nameByPlace = (index: number): string => `key${index + 1}`;

/**
 * Two keys of one name are one client, while one replaces the other. Never contains a key or a name: what looks like a name
 * may be the beginning of a key.
 */
export function problemOfApiKeys(texts: readonly string[], apiKeys: readonly ApiKey[]): string | undefined {
  const isNamed = (index: number): boolean => apiKeys[index]?.key !== texts[index];
  const names = apiKeys.filter((_key, index) => isNamed(index)).map(({ name }) => name);
  if (apiKeys.some(({ name }, index) => !isNamed(index) && names.includes(name))) {
    return 'has a key without a name beside one of the name that it gets by its place (key1, key2, …): give it its own, as in web=…';
  }
  const keys = apiKeys.map(({ key }) => key);
  return new Set(keys).size < keys.length
    ? 'has the same key twice: clients with one key cannot be told apart'
    : undefined;
}

/** A warning where a key was probably meant to have a name, as in `Web=…`. */
export const apiKeyWarnings = (apiKeys: readonly ApiKey[]): string[] =>
  apiKeys.some(({ name, key }, index) => name === nameByPlace(index) && equalsWithin.test(key))
    ? [
        'GATEWAY_API_KEYS has a key with = within it, which is all key: a name has lower-case letters, digits and hyphens, 32 at most',
      ]
    : [];
