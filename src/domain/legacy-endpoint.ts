import type * as z from 'zod';
import type { Refusals } from './endpoint.ts';

/**
 * One operation of DingTalk's legacy host (`oapi`), called by POST with the app's token. No operator, and never counted in
 * the organization's quota.
 */
export interface LegacyEndpoint<Input, Answer> {
  /** Names the API in logs and in the rate limiter. */
  readonly name: string;
  readonly path: string;
  /** Sent as JSON. */
  readonly body: (input: Input) => Readonly<Record<string, string>>;
  /** Of the answer's `result`. */
  readonly result: z.ZodType<Answer>;
  /** The permission that the application needs. */
  readonly scope: string;
  /** `false`: it is made again only where DingTalk has not acted on it. */
  readonly repeatable: boolean;
  /** By `errcode` as text. They take precedence over the codes that mean the same for every API. */
  readonly refusals: Refusals;
}
