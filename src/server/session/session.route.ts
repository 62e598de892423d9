import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../async/clock.ts';
import { Deadline } from '../../async/deadline.ts';
import type { Tracer } from '../../domain/tracer.ts';
import type { Viewer } from '../../domain/viewer.ts';
import { DingTalkError } from '../../errors/dingtalk-error.ts';
import { kinds } from '../../errors/kinds.ts';
import { bearerToken } from '../../identity/credential-headers.ts';
import type { Granted, Sessions } from '../../identity/sessions/sessions.ts';
import type { ViewerAlias } from '../../identity/viewer-alias.ts';
import type { ViewerRateLimit } from '../../identity/viewer-rate-limit.ts';
import { logLimited } from '../../observability/error-log.ts';
import type { LineLimit } from '../../observability/line-limit.ts';
import { clientGone } from '../client-gone.ts';
import { refusedBy } from '../refusal.ts';
import { logOf } from '../request-log.ts';
import type { RequestLines } from '../request-line.ts';
import { tracedBy } from '../trace-requests.ts';
import { readSignIn } from './read-sign-in.ts';
import { sendSessionError } from './session-error.ts';

/** A body holds a code and a corpId. */
const maxBodyBytes = 4096;

interface SessionRouteOptions {
  readonly sessions: Sessions;
  readonly aliasOf: ViewerAlias;
  readonly rateLimit: ViewerRateLimit;
  readonly tracer: Tracer | undefined;
  readonly clock: Clock;
  /** One deadline for all calls of a request. */
  readonly timeoutMs: number;
  readonly lineLimit: LineLimit;
  /** Undefined where requests have no lines in the log. */
  readonly requestLines: Pick<RequestLines, 'left'> | undefined;
}

/** `POST /session` signs a person in, `POST /session/renew` gives another token, `DELETE /session` ends the session. */
export function registerSessions(app: FastifyInstance, options: SessionRouteOptions): void {
  const { sessions, aliasOf, rateLimit, clock, timeoutMs, lineLimit, requestLines } = options;
  const route = { bodyLimit: maxBodyBytes, ...tracedBy(options.tracer) };
  const bodyless = { ...route, config: { isBodyless: true } } as const;

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    work: (deadline: Deadline) => Promise<FastifyReply>,
  ): Promise<FastifyReply> {
    using deadline = new Deadline(clock, timeoutMs, clientGone(request.raw));
    try {
      return await work(deadline);
    } catch (error) {
      logLimited(logOf(request), lineLimit, error, 'signing in failed');
      if (request.raw.socket.destroyed) {
        requestLines?.left(request, reply);
        return reply.send();
      }
      request.refused = error instanceof DingTalkError ? refusedByDingTalk(error) : refusedBy(error);
      return sendSessionError(reply, error);
    }
  }

  const named = (request: FastifyRequest, viewer: Viewer): void => {
    request.viewerAlias = () => aliasOf(viewer);
  };

  function sendGranted(
    request: FastifyRequest,
    reply: FastifyReply,
    status: number,
    { token, expiresAtMs, name, viewer }: Granted,
  ): FastifyReply {
    named(request, viewer);
    const expiresAt = new Date(expiresAtMs).toISOString();
    return reply.code(status).send({ token, expiresAt, user: { name } });
  }

  // An empty body lacks a code: `readSignIn` says what to send.
  app.post('/session', bodyless, (request, reply) =>
    answer(request, reply, async (deadline) => {
      const address = request.raw.socket.remoteAddress;
      const granted = await sessions.signIn({ ...readSignIn(request.body), address }, deadline);
      return sendGranted(request, reply, 201, granted);
    }),
  );

  app.post('/session/renew', bodyless, (request, reply) =>
    answer(request, reply, async ({ signal }) => {
      const token = bearerToken(request.raw.rawHeaders);
      const granted = await sessions.renew(token, signal, (viewer) => rateLimit.admit(viewer));
      return sendGranted(request, reply, 200, granted);
    }),
  );

  app.delete('/session', bodyless, (request, reply) =>
    answer(request, reply, async ({ signal }) => {
      named(request, await sessions.end(bearerToken(request.raw.rawHeaders), signal));
      return reply.code(204).send();
    }),
  );
}

/** For the log: words of the code, nothing of DingTalk's. */
const refusedByDingTalk = ({ kind, details }: DingTalkError): { code: string; reason: string } => ({
  code: details.public?.code ?? kinds[kind].code,
  reason: `signing in failed: ${kind}`,
});
