import { DingTalkError } from '../../errors/dingtalk-error.ts';
import type { Step } from '../compose.ts';

/** Calls `onBanned` with the length of a ban when DingTalk answers that it has banned this IP. */
export const createBanStep =
  (onBanned: (durationMs: number) => void): Step =>
  async (call, next) => {
    try {
      return await next(call);
    } catch (error) {
      if (error instanceof DingTalkError && error.kind === 'ip-banned') {
        onBanned(error.details.retryAfterMs ?? 0);
      }
      throw error;
    }
  };
