import type { Send } from '../compose.ts';
import { readAnswer } from './classify.ts';
import type { UpstreamClient } from './client.ts';
import { redact } from './redact.ts';

/**
 * The end of the pipeline: sends the call once and reads the answer.
 *
 * @throws {DingTalkError} without any of the call's secrets, or what its deadline is aborted with.
 */
export const createAttempt =
  (client: UpstreamClient): Send =>
  async (call) => {
    const { method, path, query, body, maxAnswerBytes, newConnection, deadline } = call;
    const token = call.token?.();
    const { signal } = deadline;
    const request = { method, path, query, body, token, maxAnswerBytes, newConnection, signal };
    try {
      return readAnswer(await client.send(request), request, call.answer, call.refusals);
    } catch (error) {
      throw redact(error, token === undefined ? call.secrets() : [token, ...call.secrets()]);
    }
  };
