/** What tells whose credentials they are cannot be had: nothing can be said about them. */
export class IdentitySourceError extends Error {
  override readonly name = 'IdentitySourceError';
}
