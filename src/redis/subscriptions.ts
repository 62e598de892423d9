import type { Redis as Client } from 'ioredis';

/** What is heard on channels, over a connection of its own that is made for the first of them. */
export interface Subscriptions {
  add(channel: string, listener: (message: string) => void): void;
  close(): void;
}

export function createSubscriptions(connect: () => Client): Subscriptions {
  const listeners = new Map<string, ((message: string) => void)[]>();
  let client: Client | undefined;

  function subscribe(...channels: readonly string[]): void {
    client?.subscribe(...channels).catch(() => undefined);
  }

  function open(): Client {
    const opened = connect();
    // Told by the connection for commands already.
    opened.on('error', () => undefined);
    opened.on('ready', () => subscribe(...listeners.keys()));
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
      if (client.status === 'ready') subscribe(channel);
    },
    close() {
      client?.disconnect();
    },
  };
}
