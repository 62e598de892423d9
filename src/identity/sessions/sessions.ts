import { randomUUID } from 'node:crypto';
import { errors } from 'jose';
import type { Clock } from '../../async/clock.ts';
import { whileWaiting, type Deadline } from '../../async/deadline.ts';
import type { Signal } from '../../async/abort.ts';
import type { Application } from '../../domain/application.ts';
import type { ViewerConfig } from '../../config/config.ts';
import type { DingTalkAsUser, DingTalkSignIn } from '../../dingtalk/dingtalk.ts';
import { credentialsOf } from '../../domain/application.ts';
import type { Viewer } from '../../domain/viewer.ts';
import { publicError, type PublicError } from '../../errors/public-error.ts';
import type { SealedRedis } from '../../redis/sealed-redis.ts';
import { refusedBearer } from '../credential-headers.ts';
import { createEndedSessions, TooManyEndedError } from './ended-sessions.ts';
import { createCodeExchange, type CodeKind } from './exchange-code.ts';
import { createSessionTokens, type Session, type VerifiedSession } from './session-tokens.ts';

/** After it a person signs in again, however often the session was renewed: a stolen token does not live for ever. */
const longestS = 12 * 3600;
/** An end is remembered longer than the last token lives: the clocks of replicas differ. */
const marginMs = 60_000;

/** What a page sends to sign a person in. */
export interface SignIn {
  readonly kind: CodeKind;
  readonly code: string;
  readonly corpId: string | undefined;
  readonly address: string | undefined;
}

/** A token, and whom to greet. */
export interface Granted {
  readonly token: string;
  readonly expiresAtMs: number;
  readonly name: string | null;
  readonly viewer: Viewer;
}

/** People who have signed in with DingTalk at the gateway itself. */
export interface Sessions {
  /** @throws a public error or a DingTalkError with the words for the client, or what the deadline is aborted with. */
  signIn(signIn: SignIn, deadline: Deadline): Promise<Granted>;
  /** Whose token this is. @throws `UNAUTHENTICATED` (401) for one that is wrong, expired or ended. */
  viewerOf(token: string, signal: Signal): Promise<Viewer>;
  /**
   * A new token of the same session; `admit` may refuse its viewer. Throws like {@link viewerOf}, and `UPSTREAM_UNAVAILABLE`
   * (503) where Redis cannot say whether the session has ended.
   */
  renew(
    token: string,
    signal: Signal,
    admit: (viewer: Viewer) => Promise<void> | undefined,
  ): Promise<Granted>;
  /**
   * Ends the session of a token, with all its tokens, on all replicas. Again it changes nothing.
   *
   * @throws `UNAUTHENTICATED` (401) for a wrong or expired token, `UPSTREAM_UNAVAILABLE` (503) where the other replicas
   * cannot hear of it right now.
   */
  end(token: string, signal: Signal): Promise<Viewer>;
  close(): void;
}

export interface SessionsOptions {
  readonly config: Extract<ViewerConfig, { kind: 'session' }>;
  readonly app: Application;
  readonly dingtalk: DingTalkSignIn & DingTalkAsUser;
  readonly clock: Clock;
  readonly sealedRedis: SealedRedis | undefined;
}

export function createSessions({ config, app, dingtalk, clock, sealedRedis }: SessionsOptions): Sessions {
  const tokens = createSessionTokens(config.keys, credentialsOf(app).key, clock);
  const ended = createEndedSessions(clock, sealedRedis);
  const exchangeCode = createCodeExchange(dingtalk);
  const nowS = (): number => Math.floor(clock.wallMs() / 1000);
  const ttlS = Math.floor(config.ttlMs / 1000);
  /** The latest end of a token that is issued now. */
  const endOf = ({ signedInAtS }: Session): number => Math.min(nowS() + ttlS, signedInAtS + longestS);
  /** Until none of its tokens can count, also where another replica renews it meanwhile, or has another `SESSION_TTL_MS`. */
  const endedForMs = ({ signedInAtS }: Session): number =>
    (signedInAtS + longestS) * 1000 - clock.wallMs() + marginMs;

  async function grant(session: Session): Promise<Granted> {
    const expiresAtS = endOf(session);
    return {
      token: await tokens.issue(session, expiresAtS),
      expiresAtMs: expiresAtS * 1000,
      name: session.name,
      viewer: viewerIn(session),
    };
  }

  async function verify(token: string, signal: Signal): Promise<VerifiedSession> {
    try {
      return await whileWaiting(tokens.verify(token), signal);
    } catch (error) {
      if (signal.aborted) throw error;
      throw refused(error instanceof errors.JOSEError ? error.code : 'not a token of this gateway');
    }
  }

  return {
    async signIn({ kind, code, corpId, address }, deadline) {
      const organization = organizationOf(app, corpId);
      const person = await exchangeCode({ kind, value: code, corpId: organization, address }, deadline);
      return grant({ ...person, id: randomUUID(), corpId: organization, signedInAtS: nowS() });
    },
    async viewerOf(token, signal) {
      const session = await verify(token, signal);
      // Without an answer of Redis it counts, until it expires: see SECURITY.md.
      if ((await ended.isEnded(session.id, endedForMs(session))) === true)
        throw refused('the session has ended');
      return viewerIn(session);
    },
    async renew(token, signal, admit) {
      const session = await verify(token, signal);
      const viewer = viewerIn(session);
      await admit(viewer);
      const isEnded = await ended.isEnded(session.id, endedForMs(session));
      if (isEnded === true) throw refused('the session has ended');
      if (isEnded === 'unknown') throw unavailable('The session cannot be renewed right now: try again.');
      return grant(session);
    },
    async end(token, signal) {
      const session = await verify(token, signal);
      try {
        const isEverywhere = await ended.end(session.id, endedForMs(session));
        if (isEverywhere) return viewerIn(session);
      } catch (error) {
        if (!(error instanceof TooManyEndedError)) throw error;
      }
      throw unavailable('The session may not have ended everywhere yet: try again.');
    },
    close: () => ended.close(),
  };
}

const viewerIn = ({ unionId, corpId }: Session): Viewer => ({
  unionId,
  ...(corpId !== undefined && { corpId }),
});

/** The organization whose member the person has to be; undefined for an internal application, which has one. A configured one is the only one. */
function organizationOf(app: Application, corpId: string | undefined): string | undefined {
  if (app.kind === 'internal') {
    if (corpId === undefined) return undefined;
    throw badCorpId('Leave corpId out: this gateway serves one organization.');
  }
  if (app.corpId !== undefined && (corpId ?? app.corpId) !== app.corpId)
    throw badCorpId('This gateway serves another organization: leave corpId out.');
  const organization = app.corpId ?? corpId;
  if (organization !== undefined) return organization;
  throw badCorpId('Name your organization in corpId: this gateway serves several.');
}

const badCorpId = (message: string): PublicError =>
  publicError('BAD_USER_INPUT', message, { httpStatus: 400, argument: 'corpId' });

const refused = (reason: string): PublicError =>
  refusedBearer('Your session has ended or is not of this gateway: sign in again.', reason);

const unavailable = (message: string): PublicError =>
  publicError('UPSTREAM_UNAVAILABLE', message, {
    httpStatus: 503,
    httpHeaders: { 'retry-after': '1' },
    retryable: true,
    retryAfterMs: 1000,
  });
