import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { ClientGoneError } from '../errors/client-gone-error.ts';
import { AbortableSignal, type Signal } from '../async/abort.ts';

const signals = new WeakMap<Socket, Signal>();

/**
 * Aborted with a `ClientGoneError` when the request's connection closes, before or after it is answered.
 *
 * One a connection, not one a request: an answer that waits behind another of the same connection is not told.
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
