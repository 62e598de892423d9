import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ConnectionCounts, UpstreamAddresses, UpstreamCounts, UpstreamRequest } from './messages.ts';

/** The stand-in DingTalk, in a separate process. */
export interface Upstream extends UpstreamAddresses {
  /** Resets the counts, and sets how long each lookup of a conversation takes. */
  begin(latencyMs: number): Promise<void>;
  /** Refuses these ids to these viewers from now on. */
  deny(pairs: readonly (readonly [viewer: number, id: string])[]): Promise<void>;
  counts(): Promise<UpstreamCounts>;
  connections(): Promise<ConnectionCounts>;
  /** Closes the idle connections over TLS, as a host does after a while. */
  closeIdle(): Promise<void>;
  stop(): void;
}

export async function startUpstream(): Promise<Upstream> {
  const child = fork(fileURLToPath(new URL('stand-in.ts', import.meta.url)), { stdio: 'inherit' });
  const [{ url, tlsUrl }] = (await once(child, 'message')) as [UpstreamAddresses];

  /** One at a time: replies have no id. */
  async function ask(request: UpstreamRequest): Promise<unknown> {
    const reply = once(child, 'message');
    child.send(request);
    return (await reply)[0];
  }

  return {
    url,
    tlsUrl,
    async begin(latencyMs) {
      await ask({ kind: 'begin', latencyMs });
    },
    async deny(pairs) {
      await ask({ kind: 'deny', pairs });
    },
    async counts() {
      return (await ask({ kind: 'count' })) as UpstreamCounts;
    },
    async connections() {
      return (await ask({ kind: 'connections' })) as ConnectionCounts;
    },
    async closeIdle() {
      await ask({ kind: 'close idle' });
    },
    stop() {
      child.disconnect();
    },
  };
}
