import type { UpstreamReply, UpstreamRequest } from './messages.ts';
import { startUpstreamServer } from './server.ts';

// The stand-in DingTalk in a separate process, controlled and read over the channel.

const server = await startUpstreamServer();

function handle(request: UpstreamRequest): UpstreamReply {
  switch (request.kind) {
    case 'begin':
      server.begin(request.latencyMs);
      return { done: true };
    case 'deny':
      server.deny(request.pairs);
      return { done: true };
    case 'count':
      return server.counts();
    case 'connections':
      return server.connections();
    case 'close idle':
      server.closeIdle();
      return { done: true };
  }
}

process.on('message', (request: UpstreamRequest) => process.send?.(handle(request)));
process.once('disconnect', () => process.exit(0));
process.send?.({ url: server.url, tlsUrl: server.tlsUrl } satisfies UpstreamReply);
