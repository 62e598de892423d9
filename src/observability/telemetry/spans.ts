import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type Link,
  type Span,
  type Tracer as OtelTracer,
} from '@opentelemetry/api';
import { pathTemplate } from '../../domain/path-template.ts';
import type {
  CallSpan,
  LookupSpan,
  OperationSpan,
  RequestSpan,
  TracedCall,
  TraceParent,
  Tracer,
} from '../../domain/tracer.ts';

interface TracerOptions {
  readonly tracer: OtelTracer;
  /** DingTalk's address. */
  readonly apiUrl: URL;
  /** False: every request begins a trace, whatever its `traceparent` says. */
  readonly readsParents: boolean;
}

/** A name that a client has chosen may be long. */
const maxNameLength = 100;

/**
 * Spans by OpenTelemetry, with the names and attributes of its conventions where it has some.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/
 */
export function createTracer(options: TracerOptions): Tracer {
  const { tracer, readsParents } = options;
  const { hostname, port, protocol } = options.apiUrl;
  const server = {
    'server.address': hostname,
    'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
  };
  const templates = new Map<string, string>();

  /** Computed once for each API. */
  function templateOf({ api, pathOf }: TracedCall): string | undefined {
    if (!pathOf) return undefined;
    let template = templates.get(api);
    if (template === undefined) templates.set(api, (template = pathTemplate(pathOf)));
    return template;
  }

  const start = (
    name: string,
    kind: SpanKind,
    parent: Context,
    attributes: Attributes,
    links?: Link[],
  ): Span => tracer.startSpan(name, { kind, attributes, ...(links && { links }) }, parent);

  function startCall(call: TracedCall, parent: Context): Span {
    const { api, method, attempt = 1, waitedMs, spans = [] } = call;
    const template = templateOf(call);
    const attributes = {
      ...server,
      'http.request.method': method,
      'dingtalk.api': api,
      ...(template !== undefined && { 'url.template': template }),
      ...(attempt > 1 && { 'http.request.resend_count': attempt - 1 }),
      ...(waitedMs !== undefined && { 'dingtalk.call.waited_ms': Math.round(waitedMs) }),
      ...(spans.length > 1 && { 'dingtalk.call.lookups': spans.length }),
    };
    const others = spans.slice(1).map(linkTo);
    return start(`${method} ${template ?? api}`, SpanKind.CLIENT, parent, attributes, others);
  }

  function lookupSpan(api: string, parent: Context): LookupSpan {
    const span = start(`lookup ${api}`, SpanKind.INTERNAL, parent, { 'dingtalk.api': api });
    const { traceId, spanId } = span.spanContext();
    const own = trace.setSpan(ROOT_CONTEXT, span);
    return {
      traceId,
      spanId,
      call: (call) => callSpan(startCall(call, own)),
      end({ source, stale, ageMs, attempts, failure, joined }) {
        span.setAttributes({
          'dingtalk.lookup.source': source,
          'dingtalk.lookup.stale': stale,
          'dingtalk.lookup.attempts': attempts,
          'dingtalk.lookup.outcome': failure ?? 'ok',
        });
        if (ageMs !== undefined) span.setAttribute('dingtalk.lookup.age_ms', Math.round(ageMs));
        if (joined) span.addLink(linkTo(joined));
        if (failure !== undefined) fail(span, failure);
        span.end();
      },
    };
  }

  function operationSpan(parent: Context): OperationSpan {
    const span = start('GraphQL Operation', SpanKind.INTERNAL, parent, {});
    const own = trace.setSpan(ROOT_CONTEXT, span);
    return {
      lookup: (api) => lookupSpan(api, own),
      end({ type, name, codes }) {
        if (type !== undefined) span.updateName(type).setAttribute('graphql.operation.type', type);
        if (name !== undefined) span.setAttribute('graphql.operation.name', name.slice(0, maxNameLength));
        const [first] = codes;
        if (first !== undefined) {
          span.setAttribute('graphql.error.codes', [...codes]);
          fail(span, first);
        }
        span.end();
      },
    };
  }

  return {
    request({ method, route, parent }) {
      // An agent in this process has made a span of the server for the request; without one there is no active span.
      const active = context.active();
      const hasAgent = trace.getSpan(active) !== undefined;
      const outside = parent && readsParents ? remote(parent) : ROOT_CONTEXT;
      const span = start(
        `${method} ${route}`,
        hasAgent ? SpanKind.INTERNAL : SpanKind.SERVER,
        hasAgent ? active : outside,
        { 'http.request.method': method, 'http.route': route, 'url.path': route, 'url.scheme': 'http' },
      );
      return span.isRecording() ? requestSpan(span, operationSpan) : undefined;
    },
    ownCall(call) {
      const span = startCall(call, ROOT_CONTEXT);
      return span.isRecording() ? callSpan(span) : undefined;
    },
  };
}

const callSpan = (span: Span): CallSpan => ({
  end({ code, status }) {
    if (status !== undefined) span.setAttribute('http.response.status_code', status);
    if (code !== 'ok') fail(span, code);
    span.end();
  },
});

function requestSpan(span: Span, operationSpan: (parent: Context) => OperationSpan): RequestSpan {
  return {
    traceId: span.spanContext().traceId,
    operation: () => operationSpan(trace.setSpan(ROOT_CONTEXT, span)),
    end(status) {
      if (status === undefined) fail(span, 'aborted');
      else span.setAttribute('http.response.status_code', status);
      if (status !== undefined && status >= 500) fail(span, String(status));
      span.end();
    },
  };
}

const remote = ({ traceId, spanId, sampled }: TraceParent): Context =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  });

/** Every span that there is, is sampled. */
const linkTo = ({ traceId, spanId }: Pick<LookupSpan, 'traceId' | 'spanId'>): Link => ({
  context: { traceId, spanId, traceFlags: TraceFlags.SAMPLED },
});

/** Never with a message: the code is all that is known to hold no secret. */
function fail(span: Span, code: string): void {
  span.setAttribute('error.type', code).setStatus({ code: SpanStatusCode.ERROR });
}
