import { startSandbox, type Fault } from '../../src/sandbox/sandbox.ts';
import { deniedTo, idOf, viewerOf, viewers } from './population.ts';

/** The counts that the stand-in's process sends to its parent. */
export interface StandInCounts {
  readonly lookupCalls: number;
  readonly tokenCalls: number;
  readonly faults: number;
}
export type StandInMessage =
  { readonly kind: 'listening'; readonly url: string } | ({ readonly kind: 'counts' } & StandInCounts);

const faultShare = 0.02;
const lookMs = 50;
/** How often all tokens become stale. */
const expireTokensMs = 60_000;
const latencyMs = 20;

/** No "too fast" among them: it would halve the gateway's rate again and again. The stand-in's limit sends it if needed. */
const faults: readonly Fault[] = [
  { kind: 'error', code: 'systemError' },
  { kind: 'html', status: 502 },
  { kind: 'reset' },
  { kind: 'truncated' },
  { kind: 'error', code: 'systemBusy' },
  { kind: 'reset-mid-body' },
  { kind: 'ok-with-errcode' },
  { kind: 'hang' },
  { kind: 'trickle', everyMs: 5 },
];

const sandbox = await startSandbox({ callsPerSecond: Number(process.argv[2]) });
const counts = { lookupCalls: 0, tokenCalls: 0, faults: 0 };
let owed = 0;

sandbox.setLatency(latencyMs);
for (let viewer = 0; viewer < viewers; viewer += 1) {
  sandbox.denyAccess(viewerOf(viewer), idOf(deniedTo(viewer)));
}

setInterval(() => {
  const arrived = sandbox.callsTo('conversationSpace').length;
  counts.lookupCalls += arrived;
  counts.tokenCalls += sandbox.callsTo('accessToken').length;
  sandbox.clearCalls();
  for (owed += arrived * faultShare; owed >= 1; owed -= 1) {
    const fault = faults[counts.faults % faults.length];
    if (fault) sandbox.addFault('conversationSpace', fault, 1);
    counts.faults += 1;
  }
}, lookMs);
setInterval(() => sandbox.expireTokens(), expireTokensMs);

const send = (message: StandInMessage): void => void process.send?.(message);
process.on('message', () => send({ kind: 'counts', ...counts }));
// It ends with its parent.
process.on('disconnect', () => process.exit());
send({ kind: 'listening', url: sandbox.url });
