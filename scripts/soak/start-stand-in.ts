import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { StandInCounts, StandInMessage } from './stand-in.ts';

export interface StandInProcess {
  readonly url: string;
  counts(): Promise<StandInCounts>;
  stop(): void;
}

/** The stand-in in a separate process, so that its memory and CPU do not count as the gateway's. */
export async function startStandIn(callsPerSecond: number): Promise<StandInProcess> {
  const file = fileURLToPath(new URL('stand-in.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', file, String(callsPerSecond)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  async function next<Kind extends StandInMessage['kind']>(
    kind: Kind,
  ): Promise<Extract<StandInMessage, { kind: Kind }>> {
    const { promise, resolve, reject } = Promise.withResolvers<Extract<StandInMessage, { kind: Kind }>>();
    const onMessage = (message: StandInMessage): void => {
      if (message.kind === kind) resolve(message as Extract<StandInMessage, { kind: Kind }>);
    };
    const onExit = (): void => reject(new Error('the stand-in has ended'));
    child.on('message', onMessage);
    child.once('exit', onExit);
    return promise.finally(() => {
      child.off('message', onMessage);
      child.off('exit', onExit);
    });
  }

  const { url } = await next('listening');
  return {
    url,
    async counts() {
      const answer = next('counts');
      child.send('counts');
      return answer;
    },
    stop: () => void child.kill(),
  };
}
