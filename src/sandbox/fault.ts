import type { OutgoingHttpHeaders } from 'node:http';
import type { DocumentedErrorCode } from './documented-errors.ts';

/**
 * One way to fail, over a real socket.
 *
 * `hang-mid-body`, `trickle`, `reset-mid-body` and `truncated` break the honest answer while it is sent. All others
 * replace it.
 */
export type Fault =
  /** A documented error. */
  | { readonly kind: 'error'; readonly code: DocumentedErrorCode; readonly message?: string }
  /** The same in the casing `Code`, `Message`, `RequestId`, `AccessDeniedDetail`. */
  | { readonly kind: 'uppercase-error'; readonly code: DocumentedErrorCode; readonly message?: string }
  /** Any answer; header names in lower case. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: OutgoingHttpHeaders;
      readonly body: string | Buffer;
    }
  /** Nothing, not even headers. */
  | { readonly kind: 'hang' }
  /** Headers and half a body, then nothing. */
  | { readonly kind: 'hang-mid-body' }
  /** The honest body, one byte at a time. */
  | { readonly kind: 'trickle'; readonly everyMs: number }
  /** RST instead of an answer. */
  | { readonly kind: 'reset' }
  /** Headers and half a body, then RST. */
  | { readonly kind: 'reset-mid-body' }
  /** JSON of at least that many bytes (`Infinity` never ends). */
  | { readonly kind: 'huge'; readonly bytes: number }
  /** Gzip that unpacks to JSON of at least that many bytes. */
  | { readonly kind: 'gzip-bomb'; readonly bytes: number }
  /** Half a body and FIN, where `content-length` announced a whole one. */
  | { readonly kind: 'truncated' }
  /** 200 with no body. */
  | { readonly kind: 'empty' }
  /** 302 by default. */
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: number }
  /** An HTML page. */
  | { readonly kind: 'html'; readonly status: number }
  /** The JSON for a banned egress IP, with 403 by default. */
  | { readonly kind: 'ip-ban'; readonly status?: number }
  /** 200 with `errcode` 404. */
  | { readonly kind: 'ok-with-errcode' };
