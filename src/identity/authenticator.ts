import type { CredentialHeaders } from './credential-headers.ts';
import type { Viewer } from '../domain/viewer.ts';
import type { Signal } from '../async/abort.ts';

/** The parts of a request that authentication uses. */
export interface Credentials {
  readonly headers: CredentialHeaders;
  /** The remote address of the socket; undefined once it is closed. */
  readonly address: string | undefined;
}

/** Finds the viewer of a request. Only its credential headers decide. */
export interface Authenticator {
  /**
   * @throws a public `UNAUTHENTICATED` error (401) for missing, repeated or wrong credentials, a retryable
   * `UPSTREAM_UNAVAILABLE` error (503) when they cannot be checked right now, or the reason of `signal`.
   */
  authenticate(credentials: Credentials, signal: Signal): Promise<Viewer>;
  /**
   * For modes that need more than the request: whether it can be had.
   *
   * @throws {IdentitySourceError} when nobody can be authenticated right now, or the reason of `signal`.
   */
  checkSource?(signal: Signal): Promise<void>;
  /** Whether it is held now, as far as this process knows. */
  hasSource?(): boolean;
}
