/** Why credentials were refused, for the log: words of the code, never a part of the credentials. */
export class RefusedCredentialsError extends Error {
  override readonly name = 'RefusedCredentialsError';
}
