import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { selfSigned } from './self-signed.ts';

export interface ReceivedExport {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Decompressed. */
  readonly bytes: Buffer;
}

/** A span, with the names of its attributes in order, and without times and ids. */
export interface SpanTree {
  readonly name: string;
  readonly kind: string;
  /** Left out: no error. */
  readonly failed?: true;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Left out: none. */
  readonly links?: readonly string[];
  readonly children?: readonly SpanTree[];
}

interface OtlpValue {
  readonly [kind: string]: any;
}
export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: OtlpValue }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly events?: readonly unknown[];
  readonly status?: { readonly code?: number; readonly message?: string };
}

/** An OpenTelemetry collector that keeps what it is sent. */
export interface OtlpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly exports: readonly ReceivedExport[];
  /** Resolves with the first export to `path`. */
  firstExport(path: string): Promise<ReceivedExport>;
  /** Of JSON. */
  spans(): readonly OtlpSpan[];
  /** The traces, as they began; of JSON. */
  trees(): readonly SpanTree[];
  /** Attributes of the process; of JSON. */
  resource(): Readonly<Record<string, unknown>>;
}

type Answer = (response: ServerResponse) => void;
const accept: Answer = (response) => void response.writeHead(200).end();

/** Over TLS with the certificate of `self-signed.ts`, or plain. */
export async function startOtlpReceiver(
  answer: Answer = accept,
  scheme: 'http' | 'https' = 'http',
): Promise<OtlpReceiver> {
  const exports: ReceivedExport[] = [];
  const arrivals = new EventEmitter();
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url: path = '', headers } = request;
    const body = await buffer(request);
    exports.push({ path, headers, bytes: headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body });
    answer(response);
    arrivals.emit('export');
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void =>
    void receive(request, response);
  const server = scheme === 'http' ? createServer(listener) : createTlsServer(selfSigned, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const read = (path: string): any[] =>
    exports.filter((each) => each.path === path).map(({ bytes }) => JSON.parse(bytes.toString()));
  const spans = (): OtlpSpan[] =>
    asBegun(
      read('/v1/traces')
        .flatMap(({ resourceSpans }) => resourceSpans)
        .flatMap(({ scopeSpans }) => scopeSpans)
        .flatMap((each) => each.spans),
    );

  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exports,
    async firstExport(path) {
      for (;;) {
        const found = exports.find((each) => each.path === path);
        if (found) return found;
        await once(arrivals, 'export');
      }
    },
    spans,
    trees: () => treesOf(spans()),
    resource: () => attributesOf(read('/v1/traces')[0].resourceSpans[0].resource.attributes),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** In the order of their beginnings, which are in whole milliseconds: parents first. */
function asBegun(spans: readonly OtlpSpan[]): OtlpSpan[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const depthOf = ({ parentSpanId = '' }: OtlpSpan): number => {
    const parent = byId.get(parentSpanId);
    return parent ? 1 + depthOf(parent) : 0;
  };
  return spans.toSorted(
    (a, b) => Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)) || depthOf(a) - depthOf(b),
  );
}

function treesOf(spans: readonly OtlpSpan[]): SpanTree[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  const treeOf = (span: OtlpSpan): SpanTree => {
    const children = spans.filter(({ parentSpanId }) => parentSpanId === span.spanId).map(treeOf);
    const links = (span.links ?? []).map(({ spanId }) => names.get(spanId) ?? 'unknown');
    return {
      name: span.name,
      kind: ['', 'INTERNAL', 'SERVER', 'CLIENT'][span.kind] ?? String(span.kind),
      ...(span.status?.code === 2 && { failed: true }),
      attributes: attributesOf(span.attributes),
      ...(links.length > 0 && { links }),
      ...(children.length > 0 && { children }),
    };
  };
  return spans.filter(({ parentSpanId = '' }) => !ids.has(parentSpanId)).map(treeOf);
}

export const attributesOf = (attributes: OtlpSpan['attributes']): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]));

function valueOf(value: OtlpValue): unknown {
  if (value['arrayValue']) return value['arrayValue'].values.map(valueOf);
  const [plain] = Object.values(value);
  return 'intValue' in value ? Number(plain) : plain;
}
