import type { Clock } from '../../async/clock.ts';
import type { Deadline } from '../../async/deadline.ts';
import { credentialsOf, type Application } from '../../domain/application.ts';
import { tokenApi } from '../../domain/observer.ts';
import { DingTalkError } from '../../errors/dingtalk-error.ts';
import { kinds } from '../../errors/kinds.ts';
import type { Send } from '../compose.ts';
import { createSecretChoice, type SecretPlace } from './secret-choice.ts';
import { readTicket } from './suite-ticket.ts';
import { createTokenRefusals } from './token-refusals.ts';
import { tokenRequestOf, type FetchedToken } from './token-requests.ts';

/** DingTalk's token endpoint, as one application uses it. */
export interface TokenSource {
  /** @throws {DingTalkError} `misconfigured` where it shows without a call that no token can be fetched. */
  check(): Promise<void>;
  /**
   * Fetches a token, within the rate limit of that API. Organizations take turns.
   *
   * @throws {DingTalkError} `misconfigured` for every refusal: the gateway is refused, not a client. A refusal is thrown
   *   again for a short time without a call.
   */
  fetch(corpId: string | undefined, deadline: Deadline): Promise<FetchedToken>;
}

export function createTokenSource(
  app: Application,
  send: Send,
  clock: Clock,
  onSecretTaken?: (place: SecretPlace) => void,
): TokenSource {
  const { perOrganization, ticketFile, path, body: bodyOf, answer } = tokenRequestOf(app);
  const unlessRefused = createTokenRefusals(clock);
  const withSecret = createSecretChoice(credentialsOf(app), onSecretTaken);
  let fetches = 0;

  const readNeededTicket = async (): Promise<string> =>
    ticketFile === undefined ? '' : readTicket(ticketFile);

  return {
    check: async () => void (await readNeededTicket()),
    async fetch(corpId, deadline) {
      if (perOrganization && corpId === undefined) {
        const reason = 'no organization is named or configured whose token could be used';
        throw new DingTalkError('misconfigured', { reason });
      }
      const payer = corpId ?? '';
      const ticket = await readNeededTicket();
      const ask = async (secret: string): Promise<FetchedToken> => {
        const body = bodyOf(payer, ticket, secret);
        fetches += 1;
        return send({
          api: tokenApi,
          method: 'POST',
          path: path(payer),
          body,
          answer,
          secrets: () => Object.values(body),
          // One subject for each call, which no client chose: each failure counts.
          about: { viewer: `token of ${payer}`, subject: `token ${fetches}`, ownCall: true },
          queueKey: payer,
          corpId,
          deadline,
          repeatable: false,
        }).catch(throwAsOurFault);
      };
      return unlessRefused(payer, ticket, () => withSecret(ask));
    },
  };
}

function throwAsOurFault(error: unknown): never {
  if (!(error instanceof DingTalkError) || kinds[error.kind].passing) throw error;
  throw new DingTalkError('misconfigured', error.details);
}
