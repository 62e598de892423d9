import type { LevelWithSilent } from 'pino';
import type { Application } from '../domain/application.ts';
import type { ForwardProxy } from '../domain/forward-proxy.ts';
import type { PersistedDocument } from '../domain/persisted-document.ts';

/** The whole configuration of the gateway, parsed and checked once at start. */
export interface Config {
  readonly host: string;
  /** Accepted `Host` names, in lower case; empty: see `served-host.ts`. */
  readonly allowedHosts: readonly string[];
  /** `0`: the system picks a free port. */
  readonly port: number;
  /** Health checks, metrics and status on a port of their own; undefined: on the public one. */
  readonly admin: AdminConfig | undefined;
  /** How long a stopping gateway still accepts connections. */
  readonly shutdownDelayMs: number;
  readonly production: boolean;
  readonly explorer: boolean;
  readonly introspection: boolean;
  /** Whether routers may ask for Apollo's inline trace. */
  readonly inlineTrace: boolean;
  /** Undefined: every operation is sent as text. */
  readonly persistedDocuments: PersistedDocumentsConfig | undefined;
  /** Origins and patterns of them, see `origin.ts`. */
  readonly corsOrigins: readonly string[];
  readonly logLevel: LevelWithSilent;
  /** Undefined: `text` on a terminal, else `json`. */
  readonly logFormat: 'json' | 'text' | undefined;
  /** `0`: no `Strict-Transport-Security`. */
  readonly hstsMaxAgeS: number;
  readonly maxLookupsPerRequest: number;
  readonly limits: LimitsConfig;
  readonly dingtalk: DingTalkConfig;
  readonly cache: CacheConfig;
  /** `private`: caches in front that have the person in their key may keep fresh answers. */
  readonly answerCaching: 'off' | 'private';
  /**
   * Shared by the replicas; undefined: each process has its own state. May contain a password. Further Sentinels or nodes
   * of a Cluster, which have no place in a URL, are its `host` parameters.
   */
  readonly redisUrl: URL | undefined;
  readonly redisTls: RedisTlsConfig | undefined;
  /** The folder for what has to survive the process without Redis. */
  readonly stateDir: string | undefined;
  readonly viewer: ViewerConfig;
  /** Key of the hash that names a viewer in log lines; undefined: a random one in each process. */
  readonly viewerLogKey: string | undefined;
  /** Undefined: nothing is exported to OpenTelemetry. */
  readonly telemetry: TelemetryConfig | undefined;
}

/** The frontends' own operations. */
export interface PersistedDocumentsConfig {
  /** Empty only where `only` is true, with `VIEWER_AUTH=router`. */
  readonly documents: readonly PersistedDocument[];
  /** Nothing else is executed, except what routers ask for. */
  readonly only: boolean;
}

/** PEM texts for Redis over TLS. */
export interface RedisTlsConfig {
  /** Undefined: the authorities that Node trusts. */
  readonly ca: string | undefined;
  /** Our own certificate, and its key. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** What is exported to OpenTelemetry. */
export interface TelemetryConfig {
  /** Attributes of this process, its name among them. */
  readonly resource: Readonly<Record<string, string>>;
  readonly traces: TracesConfig | undefined;
  readonly metrics: MetricsExportConfig | undefined;
}

/** How one signal reaches the collector. */
export interface OtlpConfig {
  /** May contain a password. */
  readonly url: URL;
  readonly protocol: 'http/protobuf' | 'http/json';
  /** Secrets, as a rule. */
  readonly headers: Record<string, string>;
  readonly timeoutMs: number;
}

export interface TracesConfig extends OtlpConfig {
  readonly sampler: `${'' | 'parentbased_'}${'always_on' | 'always_off' | 'traceidratio'}`;
  /** Of `traceidratio`: from 0 to 1. */
  readonly ratio: number;
  /** Whether the `traceparent` of a request is its parent. */
  readonly readsParents: boolean;
  readonly batch: SpanBatchConfig;
}

export interface SpanBatchConfig {
  readonly maxQueueSize: number;
  readonly maxBatchSize: number;
  readonly delayMs: number;
  readonly timeoutMs: number;
}

export interface MetricsExportConfig extends OtlpConfig {
  readonly intervalMs: number;
  readonly exportTimeoutMs: number;
}

export interface AdminConfig {
  readonly host: string;
  /** `0`: the system picks a free port. */
  readonly port: number;
}

/** Limits of one request, one connection and one viewer. */
export interface LimitsConfig {
  /** The most aliases, and the most root fields, of one operation. */
  readonly aliases: number;
  readonly queryTokens: number;
  readonly queryDepth: number;
  readonly queryDirectives: number;
  /** The most fields in one answer, including those of list items. */
  readonly answerFields: number;
  /** The longest answer. */
  readonly answerBytes: number;
  /** The most entries in the `errors` of one answer. */
  readonly errors: number;
  /** Operations in progress at once in this process. */
  readonly concurrentRequests: number;
  readonly bodyBytes: number;
  readonly headerBytes: number;
  readonly headersTimeoutMs: number;
  /** For the whole request, headers included. */
  readonly requestTimeoutMs: number;
  /** For an idle connection, after an answer. */
  readonly keepAliveTimeoutMs: number;
  /** Undefined: no limit. */
  readonly viewerRequestsPerSecond: number | undefined;
}

/** How long answers are cached; `0` turns each of them off. */
export interface CacheConfig {
  readonly ttlMs: number;
  /** The same for pages of lists. */
  readonly listTtlMs: number;
  /** In addition to `ttlMs`. */
  readonly staleMs: number;
  /** For refusals that may be cached: no permission and not found. */
  readonly negativeTtlMs: number;
  /** How old an entry is at least when a request may have it looked up again; `0`: no request may. */
  readonly freshMinMs: number;
  readonly maxEntries: number;
  /** The most memory of all entries together, by estimate. */
  readonly maxBytes: number;
}

export interface DingTalkConfig {
  /** `sandbox`: the embedded stand-in is started, and its address replaces `apiUrl`. */
  readonly mode: 'live' | 'sandbox';
  readonly apiUrl: URL;
  /** The way to `apiUrl`; undefined: directly. */
  readonly proxy: ForwardProxy | undefined;
  /** DingTalk's legacy host, where people sign in; undefined: they do not. In the sandbox the stand-in plays it. */
  readonly legacy: LegacyConfig | undefined;
  readonly app: Application;
  readonly callsPerSecond: number;
  /** The deadline of one lookup: all its upstream calls, waits and retries. */
  readonly timeoutMs: number;
  /** Calls of one organization in a calendar month, if known. */
  readonly monthlyQuota: number | undefined;
}

/** DingTalk's legacy host and the way to it. */
export interface LegacyConfig {
  readonly url: URL;
  readonly proxy: ForwardProxy | undefined;
}

/** A key of one client. Names and keys are distinct. */
export interface ApiKey {
  /** Names the client in log and metrics. */
  readonly name: string;
  readonly key: string;
}

/** The source of the operator's unionId. */
export type ViewerConfig =
  | {
      readonly kind: 'fixed';
      readonly operatorUnionId: string;
      /** Empty: every client may act as the operator. */
      readonly apiKeys: readonly ApiKey[];
    }
  | {
      readonly kind: 'jwt';
      readonly keys:
        | { readonly jwksUrl: URL; readonly proxy: ForwardProxy | undefined }
        | { readonly publicKeyPems: readonly string[] };
      readonly issuer: string;
      readonly audience: string;
      readonly unionIdClaim: string;
      readonly corpIdClaim: string;
    }
  | { readonly kind: 'dingtalk' }
  | {
      /** People sign in with DingTalk at the gateway, which issues their tokens. */
      readonly kind: 'session';
      /** Each of them verifies a token, and the first one signs. */
      readonly keys: readonly string[];
      /** How long one token lives. */
      readonly ttlMs: number;
    }
  | {
      readonly kind: 'router';
      /** Each of them proves the router. */
      readonly secrets: readonly string[];
    };
