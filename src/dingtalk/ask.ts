import type { z } from 'zod';
import { readAnswer } from './classify.ts';
import type { UpstreamClient, UpstreamRequest } from './client.ts';
import type { Deadline } from './deadline.ts';
import { redact } from './redact.ts';

/** What is asked, and what of it DingTalk's messages may quote and nobody may read. */
export interface Question<Answer> extends Omit<UpstreamRequest, 'timeoutMs' | 'signal'> {
  readonly answer: z.ZodType<Answer>;
  readonly secrets: readonly string[];
}

/**
 * Makes one attempt with all the time that `deadline` leaves, and reads the answer.
 *
 * @throws {DingTalkError} with every secret struck out, or what `deadline` is aborted with.
 */
export async function ask<Answer>(
  client: UpstreamClient,
  { answer, secrets, ...request }: Question<Answer>,
  deadline: Deadline,
): Promise<Answer> {
  try {
    const { signal } = deadline;
    return readAnswer(await client.send({ ...request, timeoutMs: deadline.remainingMs(), signal }), answer);
  } catch (error) {
    throw redact(error, secrets);
  }
}
