import type { Redis as Client } from 'ioredis';
import { isErrorReply } from './replies.ts';
import { createReplyLimits, UnreadableReplyError } from './reply-limits.ts';

/**
 * Closes the connection of `client` when a reply is unreadable or too large, in place of a crash or unbounded memory.
 *
 * The client parses in a listener of its stream, so an error of the parser is an uncaught exception. `stream` is in the
 * client's types but not in its documentation; it is the one place that all its connectors share. At `connect` it is
 * set and the parser listens, and nothing has arrived yet.
 */
export function guardReplies(client: Client): void {
  client.on('connect', () => {
    const { stream } = client;
    const checkLimits = createReplyLimits();
    const parsers = stream.listeners('data');
    stream.removeAllListeners('data');
    stream.on('data', (chunk: Buffer) => {
      try {
        checkLimits(chunk);
        for (const parse of parsers) Reflect.apply(parse, stream, [chunk]);
      } catch {
        stream.destroy(new UnreadableReplyError());
      }
    });
  });
  client.on('error', (error) => {
    // For example a reply that no command waits for: later replies could be matched to the wrong commands.
    // Or a refused SELECT, after which the client would go on in database 0.
    const isConnected = client.status === 'connect' || client.status === 'ready';
    if (isConnected && (!isErrorReply(error) || isRefusedSelect(error))) client.stream.destroy();
  });
}

const isRefusedSelect = ({ command }: Error & { readonly command?: { readonly name: string } }): boolean =>
  command?.name === 'select';
