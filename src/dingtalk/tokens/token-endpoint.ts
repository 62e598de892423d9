import { readFile, stat } from 'node:fs/promises';
import * as z from 'zod';
import type { AppConfig } from '../../config/config.ts';
import type { Clock } from '../../async/clock.ts';
import type { Observer } from '../../domain/observer.ts';
import { ask } from '../http/attempt.ts';
import type { Budgets } from '../pacing/rate-limiters.ts';
import type { UpstreamClient } from '../http/client.ts';
import type { Deadline } from '../../async/deadline.ts';
import { DingTalkError } from '../../errors/dingtalk-error.ts';
import { kinds } from '../../errors/kinds.ts';
import { noteCall } from '../http/note-call.ts';
import { createTokenRefusals } from './token-refusals.ts';

/** Names the token calls in metrics and in the call budget: an application has one endpoint for them. */
export const tokenApi = 'accessToken';

export interface FetchedToken {
  readonly token: string;
  readonly lifeMs: number;
}

/** Where access tokens of one application come from. */
export interface TokenSource {
  /** The organization whose token serves a viewer of `corpId`; undefined where one token serves all. */
  corpOf(corpId: string | undefined): string | undefined;
  /** Throws what keeps every token from being fetched, as far as it can be told without asking DingTalk. */
  check(): Promise<void>;
  /**
   * Asks DingTalk for a token, within the pace of that API. Organizations take turns.
   *
   * @throws {DingTalkError} `misconfigured` for every refusal: it is this gateway that is refused, not a client. It is
   * remembered for a moment, in which the same is thrown without a call.
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

interface TokenSourceDependencies {
  readonly client: UpstreamClient;
  readonly clock: Clock;
  readonly budgets: Budgets;
  readonly observer: Observer;
}

/** @see TokenSource.corpOf */
export const createCorpOf =
  (app: AppConfig): TokenSource['corpOf'] =>
  (corpId) =>
    app.kind === 'internal' ? undefined : (corpId ?? app.corpId);

export function createTokenSource(app: AppConfig, dependencies: TokenSourceDependencies): TokenSource {
  const { client, clock, budgets, observer } = dependencies;
  const refusals = createTokenRefusals(clock);
  let fetches = 0;

  return {
    corpOf: createCorpOf(app),
    async check() {
      if (app.kind === 'suite') await readTicket(app.suiteTicketFile);
    },
    async fetch(corpId, deadline) {
      const request = await tokenRequest(app, corpId);
      const ticket = request.body['suiteTicket'];
      refusals.check(corpId, ticket);
      fetches += 1;
      const question = {
        method: 'POST',
        ...request,
        secrets: () => Object.values(request.body),
        // No client chose it, as an id is chosen: each failure counts.
        about: { viewer: `token of ${corpId ?? ''}`, subject: `token ${fetches}`, ownCall: true },
      } as const;
      try {
        const { accessToken, expireIn } = await budgets
          .of(tokenApi)
          .spend(corpId ?? '', deadline, () =>
            ask(client, question, deadline, (failure) =>
              noteCall(observer, { api: tokenApi, corpId }, failure),
            ),
          );
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
async function tokenRequest(app: AppConfig, corpId: string | undefined): Promise<TokenRequest> {
  if (app.kind === 'internal') {
    const { appKey, appSecret } = app;
    return { path: '/v1.0/oauth2/accessToken', body: { appKey, appSecret }, answer: camelCaseBody };
  }
  if (corpId === undefined) {
    throw new DingTalkError('misconfigured', {
      reason: 'nothing names the organization whose token is needed',
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

/** Far above any ticket; what is longer is some other file. */
const maxTicketBytes = 4096;

const unusable = (problem: string): DingTalkError =>
  new DingTalkError('misconfigured', { reason: `DINGTALK_SUITE_TICKET_FILE ${problem}` });

/** Read for every token anew: a ticket is pushed every five hours and only the latest works. */
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
