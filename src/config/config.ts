import type { LevelWithSilent } from 'pino';

/** Everything the gateway is told from outside, parsed and checked once, at start. */
export interface Config {
  readonly host: string;
  /** Names that requests may give as their `Host`, in lower case; empty: see `served-host.ts`. */
  readonly allowedHosts: readonly string[];
  /** `0` picks a free port. */
  readonly port: number;
  readonly production: boolean;
  readonly explorer: boolean;
  readonly introspection: boolean;
  readonly corsOrigins: readonly string[];
  readonly logLevel: LevelWithSilent;
  readonly maxLookupsPerRequest: number;
  readonly limits: LimitsConfig;
  readonly dingtalk: DingTalkConfig;
  readonly cache: CacheConfig;
  /** Shared by the replicas; undefined: each process keeps everything to itself. May hold a password. */
  readonly redisUrl: URL | undefined;
  readonly viewer: ViewerConfig;
  /** Keys the hash under which log lines name a viewer; undefined: another one in each process. */
  readonly viewerLogKey: string | undefined;
}

/** What one request, one connection and one viewer may cost. */
export interface LimitsConfig {
  readonly queryTokens: number;
  readonly queryDepth: number;
  readonly queryDirectives: number;
  /** The most fields that one answer holds, those of list items included. */
  readonly answerFields: number;
  /** The longest answer. */
  readonly answerBytes: number;
  /** The most entries that one answer's `errors` holds. */
  readonly errors: number;
  /** Operations under way at once in this process. */
  readonly concurrentRequests: number;
  readonly bodyBytes: number;
  readonly headerBytes: number;
  readonly headersTimeoutMs: number;
  /** For the whole request to arrive, headers included. */
  readonly requestTimeoutMs: number;
  /** Undefined: as many as the viewer likes. */
  readonly viewerRequestsPerSecond: number | undefined;
}

/** How long answers are kept; `0` turns each of the three off. */
export interface CacheConfig {
  readonly ttlMs: number;
  /** Beyond `ttlMs`. */
  readonly staleMs: number;
  /** For refusals that are about what was asked for: permission and not found. */
  readonly negativeTtlMs: number;
  readonly maxEntries: number;
  /** What all entries may take together, by estimate. */
  readonly maxBytes: number;
}

export interface DingTalkConfig {
  /** `sandbox`: the embedded stand-in is started and `apiUrl` is its address. */
  readonly mode: 'live' | 'sandbox';
  readonly apiUrl: URL;
  readonly app: AppConfig;
  readonly callsPerSecond: number;
  /** One deadline for everything that one lookup does upstream. */
  readonly timeoutMs: number;
  /** Calls that one organization has in a calendar month, where it is known. */
  readonly monthlyQuota: number | undefined;
}

/** Which application the gateway is to DingTalk, and so which endpoint gives its access tokens. */
export type AppConfig =
  | { readonly kind: 'internal'; readonly appKey: string; readonly appSecret: string }
  | { readonly kind: 'corp'; readonly appKey: string; readonly appSecret: string; readonly corpId: string }
  | {
      readonly kind: 'suite';
      readonly suiteKey: string;
      readonly suiteSecret: string;
      readonly suiteTicketFile: string;
      /** For viewers whose credentials name no organization. */
      readonly corpId: string | undefined;
    };

/** Where the operator's unionId comes from. */
export type ViewerConfig =
  | {
      readonly kind: 'fixed';
      readonly operatorUnionId: string;
      /** Empty: anybody may act as the operator. */
      readonly apiKeys: readonly string[];
    }
  | {
      readonly kind: 'jwt';
      readonly keys: { readonly jwksUrl: URL } | { readonly publicKeyPem: string };
      readonly issuer: string;
      readonly audience: string;
      readonly unionIdClaim: string;
      readonly corpIdClaim: string;
    }
  | { readonly kind: 'dingtalk' }
  | { readonly kind: 'router'; readonly secret: string };
