import { ask, type Gateway } from './ask.ts';
import { GatewayError } from './gateway-error.ts';
import { graphql, type DocumentType } from './gql/index.ts';

const SpaceOf = graphql(`
  query SpaceOf($openConversationId: ID!) {
    conversationSpace(openConversationId: $openConversationId) {
      spaceId
      corpId
      createTime
      modifiedTime
    }
  }
`);

export type Space = NonNullable<DocumentType<typeof SpaceOf>['conversationSpace']>;
export type SpaceAnswer =
  { readonly kind: 'space'; readonly space: Space } | { readonly kind: 'no-such-group' };

interface Options extends Gateway {
  /** Resolves after that many milliseconds. */
  readonly wait?: (ms: number) => Promise<void>;
}

const maxAttempts = 3;
const longestWaitMs = 5000;
/** The wait behind a router that drops `retryAfterMs` and keeps the code. */
const defaultWaitMs = 1000;

/**
 * The storage space of a group chat. After `RATE_LIMITED` it waits `retryAfterMs`, at most five
 * seconds, and tries again, three attempts in all.
 *
 * @throws {GatewayError} for every other refusal, and what {@link ask} throws.
 */
export async function spaceOf(
  openConversationId: string,
  { wait = sleep, ...gateway }: Options,
): Promise<SpaceAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    const { data, errors } = await ask(gateway, SpaceOf, { openConversationId });
    // Errors beside a space belong to single fields, which are null.
    if (data?.conversationSpace) return { kind: 'space', space: data.conversationSpace };

    const { message = 'The answer holds neither a space nor an error.', extensions } = errors?.[0] ?? {};
    const { code = 'UNKNOWN', retryable = false, retryAfterMs = defaultWaitMs } = extensions ?? {};
    if (code === 'CONVERSATION_NOT_FOUND') return { kind: 'no-such-group' };
    // An earlier attempt would be refused too.
    const mayAskAgain = attempt < maxAttempts && retryAfterMs <= longestWaitMs;
    if (code !== 'RATE_LIMITED' || !mayAskAgain) throw new GatewayError(code, message, retryable);
    await wait(retryAfterMs);
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
