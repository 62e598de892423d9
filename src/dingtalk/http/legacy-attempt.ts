import type { Send } from '../compose.ts';
import type { UpstreamClient } from './client.ts';
import { readLegacyAnswer } from './legacy-answer.ts';
import { redact } from './redact.ts';

/**
 * The same as `createAttempt` for the legacy host, which takes the token in the URL.
 *
 * @throws {DingTalkError} without any of the call's secrets, or what its deadline is aborted with.
 */
export const createLegacyAttempt =
  (client: UpstreamClient): Send =>
  async (call) => {
    const { method, path, body, newConnection, deadline, legacyScope = '' } = call;
    const token = call.token?.() ?? '';
    const query = { access_token: token };
    const request = { method, path, query, body, newConnection, signal: deadline.signal };
    try {
      return readLegacyAnswer(await client.send(request), request, call.answer, legacyScope, call.refusals);
    } catch (error) {
      throw redact(error, [token, ...call.secrets()]);
    }
  };
