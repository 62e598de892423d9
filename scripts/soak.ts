import { writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { startPrometheusProcess } from './support/prometheus-process.ts';
import { readArguments, usage, type SoakArguments } from './soak/arguments.ts';
import { progressLine, report } from './soak/report.ts';
import { takeSample, type Sample } from './soak/samples.ts';
import { startGatewayProcess } from './soak/start-gateway-process.ts';
import { startRedis } from './soak/start-redis.ts';
import { startStandIn } from './soak/start-stand-in.ts';
import { drive, noCounts, noteWrong } from './soak/traffic.ts';

const callsPerSecond = 200;
const minuteMs = 60_000;
const tailMinutes = 0.1;
const progressMs = 10_000;
const lookMs = 2000;
const scrapeMs = 2000;

/** Runs the gateway under load for a while; true if there was no problem. */
async function soak(settings: SoakArguments): Promise<boolean> {
  await using stack = new AsyncDisposableStack();
  const redis = settings.redis ? await startRedis() : undefined;
  stack.defer(async () => redis?.stop());
  const standIn = await startStandIn(callsPerSecond);
  stack.defer(() => standIn.stop());
  const gateway = await startGatewayProcess({ apiUrl: standIn.url, callsPerSecond, redisUrl: redis?.url });
  stack.defer(async () => {
    if (!gateway.hasEnded) await gateway.stop();
  });

  const prometheus =
    settings.dashboard === undefined
      ? undefined
      : await startPrometheusProcess([new URL(gateway.url).host], scrapeMs);
  stack.defer(async () => prometheus?.stop());

  const counts = noCounts();
  const samples: Sample[] = [];
  const ending = new AbortController();
  process.once('SIGINT', () => ending.abort());
  const traffic = drive(gateway.url, settings.requestsPerSecond, counts, ending.signal);
  const beganMs = performance.now();
  const pastMs = (): number => performance.now() - beganMs;
  const endMs = settings.minutes * minuteMs;
  const look = (): Promise<Sample | undefined> =>
    takeSample(pastMs() / minuteMs, gateway, standIn, counts).catch((error: unknown) => {
      noteWrong(counts, `/metrics was not answered: ${String(error)}`);
      return undefined;
    });
  let lookAtMs = lookMs;
  let progressAtMs = progressMs;
  let sampleAtMs = Math.min(minuteMs, endMs / 2);
  let lowestHeapMb = Infinity;
  while (!ending.signal.aborted && !gateway.hasEnded && pastMs() < endMs) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (pastMs() < Math.min(lookAtMs, sampleAtMs)) continue;
    lookAtMs += lookMs;
    const sample = await look();
    if (!sample) break;
    // A heap grows until garbage is collected: only its lowest size is meaningful.
    lowestHeapMb = Math.min(lowestHeapMb, sample.heapMb);
    if (pastMs() >= progressAtMs) {
      console.error(progressLine(sample, settings.minutes, counts.wrong));
      progressAtMs += progressMs;
    }
    if (pastMs() >= sampleAtMs) {
      samples.push({ ...sample, heapMb: lowestHeapMb });
      sampleAtMs += minuteMs;
      lowestHeapMb = Infinity;
    }
  }
  ending.abort();
  await traffic;
  const hasCrashed = gateway.hasEnded;
  if (!hasCrashed) {
    const sample = await look();
    // Right after the sample of a minute, this one replaces it instead of starting another minute.
    const isTail =
      samples.length > 1 && sample && sample.minute - (samples.at(-1)?.minute ?? 0) < tailMinutes;
    if (isTail) lowestHeapMb = Math.min(lowestHeapMb, samples.pop()?.heapMb ?? Infinity);
    if (prometheus && settings.dashboard !== undefined) {
      const { drawDashboard } = await import('./soak/draw-dashboard.ts');
      await drawDashboard(prometheus, pastMs() / 1000, settings.dashboard);
    }
    if (sample) samples.push({ ...sample, heapMb: Math.min(lowestHeapMb, sample.heapMb) });
  }
  const exitCode = hasCrashed ? null : await gateway.stop();

  const outcome = { samples, counts, complaints: gateway.complaints.count, exitCode };
  const page = await format(report(settings, outcome), { parser: 'markdown' });
  console.log(page);
  if (settings.out !== undefined) await writeFile(settings.out, page);
  for (const what of [...counts.firstWrong, ...gateway.complaints.first]) console.error(`wrong: ${what}`);
  if (hasCrashed) console.error('wrong: the gateway has ended by itself');
  return counts.wrong === 0 && gateway.complaints.count === 0 && exitCode === 0;
}

let settings: SoakArguments | undefined;
try {
  settings = readArguments(process.argv.slice(2));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\nUsage: ${usage}`);
  process.exitCode = 2;
}
if (settings && !(await soak(settings))) process.exitCode = 1;
