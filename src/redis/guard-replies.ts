import type { Redis as Client } from 'ioredis';
import { isErrorReply } from './replies.ts';
import { createReplyLimits, UnreadableReplyError } from './reply-limits.ts';

/**
 * Has replies that `client` cannot read end its connection, as a lost one ends, in place of the process or its memory.
 *
 * The client parses in a listener of its stream, so what the parser throws is an uncaught exception. `stream` is in the
 * client's types, but not in its documentation: it is the one place that all its connectors have in common. From
 * `connect` on it is set, and the parser listens; nothing arrives before.
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
    // Such as a reply that no command waits for: from here on replies may be taken for those of other commands.
    const isConnected = client.status === 'connect' || client.status === 'ready';
    if (isConnected && !isErrorReply(error)) client.stream.destroy();
  });
}
