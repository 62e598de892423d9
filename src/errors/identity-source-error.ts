/** The source that knows credentials, such as the issuer's keys, cannot be read: they may be right or wrong. */
export class IdentitySourceError extends Error {
  override readonly name = 'IdentitySourceError';
}
