import { readFile, stat } from 'node:fs/promises';
import * as z from 'zod';
import type { Clock } from '../../async/clock.ts';
import type { Deadline } from '../../async/deadline.ts';
import { tokenApi } from '../../domain/observer.ts';
import { DingTalkError } from '../../errors/dingtalk-error.ts';
import { kinds } from '../../errors/kinds.ts';
import type { Send } from '../compose.ts';
import type { Application } from '../../domain/application.ts';
import { createTokenRefusals } from './token-refusals.ts';

export interface FetchedToken {
  readonly token: string;
  readonly lifeMs: number;
}

/** DingTalk's token endpoint, as one application uses it. */
export interface TokenSource {
  /** Throws what keeps every token from being fetched, as far as it shows without a call. */
  check(): Promise<void>;
  /**
   * Fetches a token, within the rate limit of that API. Organizations take turns.
   *
   * @throws {DingTalkError} `misconfigured` for every refusal: the gateway is refused, not a client. For a moment the same
   * refusal is thrown again without a call.
   */
  fetch(corpId: string | undefined, deadline: Deadline): Promise<FetchedToken>;
}

const seconds = z.number().positive();
const camelCaseBody = z.object({ accessToken: z.string().min(1), expireIn: seconds });
const snakeCaseBody = z
  .object({ access_token: z.string().min(1), expires_in: seconds })
  .transform((body) => ({ accessToken: body.access_token, expireIn: body.expires_in }));

interface TokenRequest {
  readonly path: string;
  readonly body: Readonly<Record<string, string>>;
  readonly answer: z.ZodType<z.output<typeof camelCaseBody>>;
}

export function createTokenSource(app: Application, send: Send, clock: Clock): TokenSource {
  const refusals = createTokenRefusals(clock);
  let fetches = 0;

  return {
    async check() {
      if (app.kind === 'suite') await readTicket(app.suiteTicketFile);
    },
    async fetch(corpId, deadline) {
      const request = await tokenRequest(app, corpId);
      const ticket = request.body['suiteTicket'];
      refusals.check(corpId, ticket);
      fetches += 1;
      try {
        const { accessToken, expireIn } = await send({
          ...request,
          api: tokenApi,
          method: 'POST',
          secrets: () => Object.values(request.body),
          // Its own subject, as no client chose it: each failure counts.
          about: { viewer: `token of ${corpId ?? ''}`, subject: `token ${fetches}`, ownCall: true },
          queueKey: corpId ?? '',
          corpId,
          deadline,
          repeatable: false,
        });
        refusals.note(corpId, ticket);
        return { token: accessToken, lifeMs: expireIn * 1000 };
      } catch (error) {
        const failure = asOurFault(error);
        refusals.note(corpId, ticket, failure);
        throw failure;
      }
    },
  };
}

/** @see https://open.dingtalk.com/document/orgapp/obtain-the-access_token-of-an-internal-app */
async function tokenRequest(app: Application, corpId: string | undefined): Promise<TokenRequest> {
  if (app.kind === 'internal') {
    const { appKey, appSecret } = app;
    return { path: '/v1.0/oauth2/accessToken', body: { appKey, appSecret }, answer: camelCaseBody };
  }
  if (corpId === undefined) {
    throw new DingTalkError('misconfigured', {
      reason: 'no organization is named or configured whose token could be used',
    });
  }
  if (app.kind === 'corp') {
    return {
      path: `/v1.0/oauth2/${encodeURIComponent(corpId)}/token`,
      body: { client_id: app.appKey, client_secret: app.appSecret, grant_type: 'client_credentials' },
      answer: snakeCaseBody,
    };
  }
  const { suiteKey, suiteSecret, suiteTicketFile } = app;
  const suiteTicket = await readTicket(suiteTicketFile);
  return {
    path: '/v1.0/oauth2/corpAccessToken',
    body: { suiteKey, suiteSecret, authCorpId: corpId, suiteTicket },
    answer: camelCaseBody,
  };
}

/** Far above any ticket: a longer file is another file. */
const maxTicketBytes = 4096;

const unusable = (problem: string): DingTalkError =>
  new DingTalkError('misconfigured', { reason: `DINGTALK_SUITE_TICKET_FILE ${problem}` });

/** Read for every token: a ticket is pushed every five hours and only the latest one works. */
async function readTicket(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  // Reading anything else, such as a pipe, may never end.
  if (!found?.isFile()) throw unusable('names no file');
  if (found.size > maxTicketBytes) throw unusable(`is longer than ${maxTicketBytes} bytes`);
  const ticket = await readFile(file, 'utf8').catch(() => '');
  if (ticket.trim() === '') throw unusable('is empty or cannot be read');
  return ticket.trim();
}

function asOurFault(error: unknown): unknown {
  if (!(error instanceof DingTalkError) || kinds[error.kind].passing) return error;
  return new DingTalkError('misconfigured', error.details);
}
