import type { Redis as Client } from 'ioredis';
import type { Logger } from 'pino';
import { refusalOf, type Refusal } from './refusal.ts';
import { integerReply, isErrorReply } from './replies.ts';

/** Subscribes to channels over a connection of its own, opened for the first one. */
export interface Subscriptions {
  add(channel: string, listener: (message: string) => void): void;
  /** Whether the latest attempt to subscribe was refused. */
  readonly isRefused: boolean;
  /** Opens a new connection: Redis may be at another server. */
  reconnect(): void;
  close(): void;
}

export function createSubscriptions(connect: () => Client, log: Logger): Subscriptions {
  const listeners = new Map<string, ((message: string) => void)[]>();
  let client: Client | undefined;
  /** False while a connection is ready but has not confirmed its subscriptions. */
  let isConfirmed = true;
  let isWarned = false;
  /** Why the latest attempt failed; undefined: it was no error reply. */
  let refusal: Refusal | undefined;

  async function subscribe(to: Client, ...channels: readonly string[]): Promise<void> {
    try {
      integerReply(await to.subscribe(...channels), 1, listeners.size);
      isConfirmed = true;
      refusal = undefined;
      if (isWarned) log.info('Redis accepts subscriptions again');
      isWarned = false;
    } catch (error) {
      refusal = error instanceof Error ? refusalOf(error, 'single') : undefined;
      // A lost connection reconnects by itself.
      if (to.status === 'ready') to.disconnect(true);
    }
  }

  function open(): Client {
    const opened = connect();
    /** Its user, password or database. */
    let isConnectionRefused = false;
    // The connection for commands logs these errors.
    opened.on('error', (error) => {
      isConnectionRefused ||= isErrorReply(error);
    });
    opened.on('connecting', () => {
      isConnectionRefused = false;
    });
    opened.on('ready', () => {
      isConfirmed = false;
      void subscribe(opened, ...listeners.keys());
    });
    opened.on('close', () => {
      if (isConfirmed || isWarned || isConnectionRefused) return;
      isWarned = true;
      log.warn(
        { reason: refusal?.reason, remedy: refusal?.remedy },
        'Redis refuses subscriptions: entries that other replicas remove are removed here up to two seconds later',
      );
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
    get isRefused() {
      return isWarned;
    },
    reconnect() {
      if (client?.status === 'ready') client.disconnect(true);
    },
    close() {
      client?.disconnect();
    },
  };
}
