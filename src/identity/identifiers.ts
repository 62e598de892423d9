/** Visible ASCII without a comma: what a proxy folds out of two headers, and every control character, is no id. */
const unionId = /^[\x21-\x2b\x2d-\x7e]{1,256}$/;

/** Stands in a path, where `..` would lead elsewhere. */
const corpId = /^\w[\w.-]{0,127}$/;

/** Whether `value` can be an operator's unionId. It is opaque: more than its characters cannot be told. */
export const isUnionId = (value: unknown): value is string =>
  typeof value === 'string' && unionId.test(value);

/** Whether `value` can be an organization's corpId. */
export const isCorpId = (value: unknown): value is string => typeof value === 'string' && corpId.test(value);
