import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { ClientGoneError } from '../dingtalk/dingtalk-error.ts';

const signals = new WeakMap<Socket, AbortSignal>();

/**
 * Aborted with a `ClientGoneError` when the request's connection closes, before or after it is answered.
 *
 * One a connection, not one a request: an answer that waits behind another of the same connection is not told.
 */
export function clientGone({ socket }: IncomingMessage): AbortSignal {
  const known = signals.get(socket);
  if (known) return known;
  const controller = new AbortController();
  if (socket.destroyed) controller.abort(new ClientGoneError());
  else socket.once('close', () => controller.abort(new ClientGoneError()));
  signals.set(socket, controller.signal);
  return controller.signal;
}
