import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace';
import type { SpanBatchConfig } from '../../config/config.ts';
import { isSuccess } from './exporters.ts';

/** Spans by what became of them. */
export interface SpanCounts {
  exported: number;
  /** The collector did not take them. */
  failed: number;
  /** There was no place in the queue. */
  dropped: number;
}

/** The queue of ended spans: bounded, exported in batches, and counted. */
export function createSpanQueue(
  exporter: SpanExporter,
  { maxQueueSize, maxBatchSize, delayMs, timeoutMs }: SpanBatchConfig,
): { readonly processor: SpanProcessor; readonly counts: Readonly<SpanCounts> } {
  const counts: SpanCounts = { exported: 0, failed: 0, dropped: 0 };
  let waiting = 0;
  const batches = new BatchSpanProcessor({
    exporter: {
      export(spans, done) {
        waiting -= spans.length;
        exporter.export(spans, (result) => {
          counts[isSuccess(result) ? 'exported' : 'failed'] += spans.length;
          done(result);
        });
      },
      forceFlush: async () => exporter.forceFlush?.(),
      shutdown: () => exporter.shutdown(),
    },
    maxQueueSize,
    maxExportBatchSize: maxBatchSize,
    scheduledDelayMillis: delayMs,
    exportTimeoutMillis: timeoutMs,
  });
  const processor: SpanProcessor = {
    onStart: () => undefined,
    onEnd(span) {
      // The SDK would drop it as well, without a count.
      if (waiting >= maxQueueSize) {
        counts.dropped += 1;
        return;
      }
      waiting += 1;
      batches.onEnd(span);
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown(),
  };
  return { processor, counts };
}
