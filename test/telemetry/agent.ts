/*
 * What OpenTelemetry's automatic instrumentation does, as far as the gateway meets it: it registers an SDK for the whole
 * process before anything else is loaded, and makes a span for each request that a server gets. Its spans are lines of standard error.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import http from 'node:http';
import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  type Context,
  type ContextManager,
} from '@opentelemetry/api';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

const storage = new AsyncLocalStorage<Context>();
const manager: ContextManager = {
  active: () => storage.getStore() ?? ROOT_CONTEXT,
  with: (active, work, thisArgument, ...words) =>
    storage.run(active, () => work.apply(thisArgument as ThisParameterType<typeof work>, words)),
  bind: (_active, target) => target,
  enable: () => manager,
  disable: () => manager,
};
context.setGlobalContextManager(manager);

const exporter = {
  export(spans: readonly any[], done: (result: { code: number }) => void): void {
    for (const span of spans) {
      const { traceId, spanId } = span.spanContext();
      const parentSpanId = span.parentSpanContext?.spanId;
      const { name, kind } = span;
      console.error(`span ${JSON.stringify({ name, kind: SpanKind[kind], traceId, spanId, parentSpanId })}`);
    }
    done({ code: 0 });
  },
  shutdown: async (): Promise<void> => undefined,
};
trace.setGlobalTracerProvider(
  new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
);

const { emit } = http.Server.prototype;
http.Server.prototype.emit = function emitInSpan(this: http.Server, ...words: [any, ...any[]]): boolean {
  if (words[0] !== 'request') return Reflect.apply(emit, this, words);
  const span = trace.getTracer('http').startSpan('agent', { kind: SpanKind.SERVER }, ROOT_CONTEXT);
  (words[2] as http.ServerResponse).once('close', () => span.end());
  return context.with(trace.setSpan(ROOT_CONTEXT, span), () => Reflect.apply(emit, this, words));
};
