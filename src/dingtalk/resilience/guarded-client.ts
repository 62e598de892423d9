import type { Clock } from '../../async/clock.ts';
import { banMs } from '../http/ban-answer.ts';
import type { Ban } from './ip-ban.ts';
import type { Breaker, Outcome } from './circuit-breaker.ts';
import type { UpstreamClient } from '../http/client.ts';
import { DingTalkError } from '../../errors/dingtalk-error.ts';

/** An attempt that had less of the deadline than that and was not answered says nothing of DingTalk. */
const fairShare = 0.3;

interface GuardedClientOptions {
  readonly ban: Ban;
  readonly breaker: Breaker;
  readonly clock: Clock;
  /** The whole deadline of one lookup. */
  readonly timeoutMs: number;
}

/** `client`, kept from calling a host that has banned this IP or keeps failing: for everything that calls it. */
export function createGuardedClient(client: UpstreamClient, options: GuardedClientOptions): UpstreamClient {
  const { ban, breaker, clock, timeoutMs } = options;

  function outcomeOf(error: unknown, startedAtMs: number): Outcome {
    if (!(error instanceof DingTalkError)) return 'unknown';
    // Dead connections are what a restart leaves behind: the replay over a new one is what tells.
    if (error.kind === 'unavailable') return error.details.deadConnection === true ? 'unknown' : 'failure';
    const hadItsShare = clock.nowMs() - startedAtMs >= timeoutMs * fairShare;
    return error.kind === 'timeout' && hadItsShare ? 'failure' : 'unknown';
  }

  return {
    async send(request) {
      ban.check();
      const ended = breaker.enter(request.about);
      const startedAtMs = clock.nowMs();
      try {
        const answer = await client.send(request);
        ended(answer.status >= 500 ? 'failure' : 'success');
        const bannedMs = banMs(answer, request);
        if (bannedMs !== undefined) ban.start(bannedMs);
        return answer;
      } catch (error) {
        ended(outcomeOf(error, startedAtMs));
        throw error;
      }
    },
    close: () => client.close(),
  };
}
