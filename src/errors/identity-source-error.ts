/** Credentials could not be checked, because their source (such as the issuer's keys) is unavailable. */
export class IdentitySourceError extends Error {
  override readonly name = 'IdentitySourceError';
}
