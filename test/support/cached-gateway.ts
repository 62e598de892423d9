import { createManualClock, type ManualClock } from './manual-clock.ts';
import { startGateway, type Answer, type GatewayUnderTest } from './start-gateway.ts';

/** A gateway with a cache: fresh for a minute, stale for ten more, refusals for five seconds. */
export const remembering = {
  CACHE_TTL_MS: '60000',
  CACHE_STALE_MS: '600000',
  CACHE_NEGATIVE_TTL_MS: '5000',
} as const;

/** Trusts `x-dingtalk-union-id`, so that one gateway has many viewers. */
export const manyViewers = {
  VIEWER_AUTH: 'router',
  ROUTER_SECRET: 'secret',
  DINGTALK_CORP_ID: 'ding1234xxxxx',
} as const;

export interface CachedGateway extends GatewayUnderTest {
  readonly clock: ManualClock;
  /** Looks up one id, as `unionId` if the gateway has many viewers. */
  lookUp(id: string, unionId?: string, signal?: AbortSignal): Promise<Answer>;
  /** The ids of all lookup calls, in order. */
  asked(): readonly string[];
}

export async function startCachedGateway(environment: NodeJS.ProcessEnv = {}): Promise<CachedGateway> {
  const clock = createManualClock();
  const gateway = await startGateway({ clock, environment: { ...remembering, ...environment } });
  return {
    ...gateway,
    clock,
    lookUp: (id, unionId, signal) =>
      gateway.query(
        'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId createTime modifiedTime } }',
        { id },
        unionId === undefined ? {} : { 'x-router-secret': 'secret', 'x-dingtalk-union-id': unionId },
        signal,
      ),
    asked: () =>
      gateway.upstream
        .callsTo('conversationSpace')
        .map(({ body }) => (body as { openConversationId: string }).openConversationId),
  };
}

export const codeOf = ({ body }: Answer): unknown => body.errors?.[0]?.extensions.code;
