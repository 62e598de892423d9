import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { ClientGoneError } from '../errors/client-gone-error.ts';
import { AbortableSignal, type Signal } from '../async/abort.ts';

const signals = new WeakMap<Socket, Signal>();

/**
 * A signal that is aborted with a `ClientGoneError` when the request's connection closes, before or after the answer.
 *
 * One for each connection, not for each request: Node emits no `close` for an answer that is queued behind another one
 * of the same connection.
 */
export function clientGone({ socket }: IncomingMessage): Signal {
  const known = signals.get(socket);
  if (known) return known;
  const signal = new AbortableSignal();
  if (socket.destroyed) signal.abort(new ClientGoneError());
  else socket.once('close', () => signal.abort(new ClientGoneError()));
  signals.set(socket, signal);
  return signal;
}
