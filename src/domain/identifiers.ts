/** Visible ASCII without the comma, with which proxies join two headers of the same name. */
const unionId = /^[\x21-\x2b\x2d-\x7e]{1,256}$/;

/** Part of a URL path, so it never starts with a dot. */
const corpId = /^\w[\w.-]{0,127}$/;

/** Whether `value` can be an operator's unionId. The id is opaque: only its characters are checked. */
export const isUnionId = (value: unknown): value is string =>
  typeof value === 'string' && unionId.test(value);

/** Whether `value` can be an organization's corpId. */
export const isCorpId = (value: unknown): value is string => typeof value === 'string' && corpId.test(value);

/** Whether an optional id is missing. Issuers and routers write a missing one as null or as an empty text. */
export const isAbsent = (value: unknown): value is undefined | null | '' =>
  value === undefined || value === null || value === '';
