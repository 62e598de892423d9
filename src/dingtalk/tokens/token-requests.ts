import * as z from 'zod';
import type { Application } from '../../domain/application.ts';

export interface FetchedToken {
  readonly token: string;
  readonly lifeMs: number;
}

/** How one kind of application asks DingTalk for an access token. */
export interface TokenRequest {
  /** Whether each organization has its own token. Otherwise `corpId` is empty. */
  readonly perOrganization: boolean;
  /** The file with the ticket, where the body needs one. */
  readonly ticketFile?: string;
  readonly path: (corpId: string) => string;
  readonly body: (corpId: string, ticket: string, secret: string) => Readonly<Record<string, string>>;
  readonly answer: z.ZodType<FetchedToken>;
}

const text = z.string().min(1);
const seconds = z.number().positive();
const camelCaseAnswer = z
  .object({ accessToken: text, expireIn: seconds })
  .transform((body) => ({ token: body.accessToken, lifeMs: body.expireIn * 1000 }));
const snakeCaseAnswer = z
  .object({ access_token: text, expires_in: seconds })
  .transform((body) => ({ token: body.access_token, lifeMs: body.expires_in * 1000 }));

/** @see https://open.dingtalk.com/document/orgapp/obtain-the-access_token-of-an-internal-app */
export function tokenRequestOf(app: Application): TokenRequest {
  switch (app.kind) {
    case 'internal':
      return {
        perOrganization: false,
        path: () => '/v1.0/oauth2/accessToken',
        body: (_corpId, _ticket, appSecret) => ({ appKey: app.appKey, appSecret }),
        answer: camelCaseAnswer,
      };
    case 'corp':
      return {
        perOrganization: true,
        path: (corpId) => `/v1.0/oauth2/${encodeURIComponent(corpId)}/token`,
        body: (_corpId, _ticket, clientSecret) => ({
          client_id: app.appKey,
          client_secret: clientSecret,
          grant_type: 'client_credentials',
        }),
        answer: snakeCaseAnswer,
      };
    case 'suite': {
      const { suiteKey } = app;
      return {
        perOrganization: true,
        ticketFile: app.suiteTicketFile,
        path: () => '/v1.0/oauth2/corpAccessToken',
        body: (authCorpId, suiteTicket, suiteSecret) => ({ suiteKey, suiteSecret, authCorpId, suiteTicket }),
        answer: camelCaseAnswer,
      };
    }
  }
}
