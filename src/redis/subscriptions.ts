import type { Redis as Client } from 'ioredis';
import type { Logger } from 'pino';
import { integerReply } from './replies.ts';

/** What is heard on channels, over a connection of its own that is made for the first of them. */
export interface Subscriptions {
  add(channel: string, listener: (message: string) => void): void;
  close(): void;
}

export function createSubscriptions(connect: () => Client, log: Logger): Subscriptions {
  const listeners = new Map<string, ((message: string) => void)[]>();
  let client: Client | undefined;
  /** False on a connection that is there for commands, but has not confirmed the subscription. */
  let isConfirmed = true;
  let isWarned = false;

  async function subscribe(to: Client, ...channels: readonly string[]): Promise<void> {
    try {
      integerReply(await to.subscribe(...channels), 1, listeners.size);
      isConfirmed = true;
      if (isWarned) log.info('Redis takes subscriptions again');
      isWarned = false;
    } catch {
      // Where the connection went the next one is made already.
      if (to.status === 'ready') to.disconnect(true);
    }
  }

  function open(): Client {
    const opened = connect();
    // Logged by the connection for commands already.
    opened.on('error', () => undefined);
    opened.on('ready', () => {
      isConfirmed = false;
      void subscribe(opened, ...listeners.keys());
    });
    opened.on('close', () => {
      if (isConfirmed || isWarned) return;
      isWarned = true;
      log.warn('Redis takes no subscription: what other replicas drop is kept here until it ends by itself');
    });
    opened.on('message', (channel: string, message: string) => {
      for (const listener of listeners.get(channel) ?? []) listener(message);
    });
    return opened;
  }

  return {
    add(channel, listener) {
      const known = listeners.get(channel);
      if (known) {
        known.push(listener);
        return;
      }
      listeners.set(channel, [listener]);
      client ??= open();
      if (client.status === 'ready') void subscribe(client, channel);
    },
    close() {
      client?.disconnect();
    },
  };
}
