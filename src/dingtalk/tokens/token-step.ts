import type { Step } from '../compose.ts';
import type { TokenCache } from './token-cache.ts';

/**
 * Gives the call an access token of the organization that pays. It is obtained before the call waits for its turn, and
 * read again when the call is sent: DingTalk may have refused it to another call meanwhile.
 */
export const createTokenStep =
  (tokens: TokenCache): Step =>
  async (call, next) => {
    const { corpId, refusedToken, onToken, deadline } = call;
    const obtained = await (refusedToken
      ? tokens.replace(refusedToken, corpId, deadline.signal)
      : tokens.get(corpId, deadline.signal));
    const token = (): string => {
      const current = tokens.latest(corpId) ?? obtained;
      onToken?.(current);
      return current.value;
    };
    return next({ ...call, token });
  };
