import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { UpstreamReply, UpstreamRequest } from './messages.ts';
import { ownerOf, unionIdOf } from './viewers.ts';

// The stand-in DingTalk in a separate process, without a rate limit, controlled and read over the channel.

/** Often enough that the log of calls, which keeps the latest 10,000, never loses one. */
const tallyEveryMs = 50;

const sandbox = await startSandbox({ callsPerSecond: Infinity, keepConnectionsMs: 600_000 });
let lookups = 0;
let foreign = 0;

function tally(): void {
  for (const { api, body, query } of sandbox.calls) {
    if (api !== 'conversationSpace') continue;
    lookups += 1;
    const owner = ownerOf(String((body as { openConversationId?: unknown }).openConversationId));
    if (owner !== undefined && owner !== query['unionId']) foreign += 1;
  }
  sandbox.clearCalls();
}

function handle(request: UpstreamRequest): UpstreamReply {
  tally();
  switch (request.kind) {
    case 'begin':
      lookups = 0;
      foreign = 0;
      sandbox.setLatency(request.latencyMs, 'conversationSpace');
      return { done: true };
    case 'deny':
      for (const [viewer, id] of request.pairs) sandbox.denyAccess(unionIdOf(viewer), id);
      return { done: true };
    case 'count':
      return { lookups, foreign };
  }
}

setInterval(tally, tallyEveryMs).unref();
process.on('message', (request: UpstreamRequest) => process.send?.(handle(request)));
process.once('disconnect', () => process.exit(0));
process.send?.({ url: sandbox.url } satisfies UpstreamReply);
