import * as z from 'zod';
import type { Deadline } from '../../async/deadline.ts';
import { credentialsOf, type Application } from '../../domain/application.ts';
import type { Refusals } from '../../domain/endpoint.ts';
import type { Send } from '../compose.ts';
import { createSecretChoice } from './secret-choice.ts';

/** Names the API in logs and in the rate limiter. */
export const userTokenApi = 'userAccessToken';

export interface GrantedUserToken {
  readonly value: string;
  /** The organization that the person chose at DingTalk's login page, where that asks for one. */
  readonly corpId: string | undefined;
}

/**
 * Exchanges the code that DingTalk's login page has handed out. It works once: no second attempt.
 *
 * @throws {DingTalkError} `bad-argument` for a wrong, used or expired code, `misconfigured` where DingTalk refuses the app.
 */
export type FetchUserToken = (
  code: string,
  options: { readonly deadline: Deadline; readonly queueKey: string },
) => Promise<GrantedUserToken>;

const answer = z
  .object({ accessToken: z.string().min(1), corpId: z.string().min(1).optional().catch(undefined) })
  .transform(({ accessToken: value, corpId }) => ({ value, corpId }));

/** Not on DingTalk's page; it comes for a code that DingTalk does not know, or no longer. */
export const userTokenRefusals: Refusals = {
  'invalidParameter.authCode.notFound': {
    kind: 'bad-argument',
    code: 'UNAUTHENTICATED',
    message: 'The code is wrong, used or expired: sign in to DingTalk again.',
    argument: 'oauthCode',
  },
};

/** @see https://open.dingtalk.com/document/orgapp/obtain-user-token */
export function createUserTokens(app: Application, send: Send): FetchUserToken {
  const credentials = credentialsOf(app);
  const withSecret = createSecretChoice(credentials);

  return async (code, { deadline, queueKey }) =>
    withSecret((clientSecret) =>
      send({
        api: userTokenApi,
        method: 'POST',
        path: '/v1.0/oauth2/userAccessToken',
        body: { clientId: credentials.key, clientSecret, code, grantType: 'authorization_code' },
        answer,
        refusals: userTokenRefusals,
        secrets: () => [clientSecret, code],
        about: { viewer: queueKey, subject: JSON.stringify([userTokenApi, queueKey]), isUnknown: true },
        queueKey,
        corpId: undefined,
        deadline,
        repeatable: false,
      }),
    );
}
