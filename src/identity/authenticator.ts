import type { CredentialHeaders } from './credential-headers.ts';
import type { Viewer } from '../domain/viewer.ts';
import type { Signal } from '../async/abort.ts';

/** What a request is judged by. */
export interface Credentials {
  readonly headers: CredentialHeaders;
  /** Of the socket that the request came by; undefined once that is closed. */
  readonly address: string | undefined;
}

/** Tells who is asking. Nothing in a request but its credential headers has a say in that. */
export interface Authenticator {
  /**
   * @throws a public `UNAUTHENTICATED` error (401) for missing, doubled or wrong credentials, a retryable
   * `UPSTREAM_UNAVAILABLE` one (503) when they cannot be checked right now, or what `signal` is aborted with.
   */
  authenticate(credentials: Credentials, signal: Signal): Promise<Viewer>;
}
