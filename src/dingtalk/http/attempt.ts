import type * as z from 'zod';
import { readAnswer } from './classify.ts';
import type { UpstreamClient, UpstreamRequest } from './client.ts';
import type { Deadline } from '../../async/deadline.ts';
import type { Refusals } from '../../domain/endpoint.ts';
import { redact } from './redact.ts';

/** What is asked, and what of it DingTalk's messages may quote and nobody may read. */
export interface Question<Answer> extends Omit<UpstreamRequest, 'signal'> {
  readonly answer: z.ZodType<Answer>;
  readonly refusals?: Refusals;
  /** Asked for where there is something to strike them out of. */
  readonly secrets: () => readonly string[];
}

/**
 * Makes one attempt, ended with `deadline` at the latest, and reads the answer. `onEnded` is told, before the caller,
 * what is thrown, if anything is.
 *
 * @throws {DingTalkError} with every secret struck out, or what `deadline` is aborted with.
 */
export async function ask<Answer>(
  client: UpstreamClient,
  { answer, refusals, secrets, ...request }: Question<Answer>,
  { signal }: Deadline,
  onEnded?: (failure?: unknown) => void,
): Promise<Answer> {
  let failure: unknown;
  try {
    return readAnswer(await client.send({ ...request, signal }), request, answer, refusals);
  } catch (error) {
    failure = redact(error, secrets());
    throw failure;
  } finally {
    onEnded?.(failure);
  }
}
