import { askPatiently } from '../../client/src/index.ts';
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

/**
 * The storage space of a group chat. Asks again after `RATE_LIMITED`, as the kit does it by default: three attempts in all,
 * with waits of at most five seconds.
 *
 * @throws {GatewayError} for every other refusal, and what {@link ask} throws.
 */
export async function spaceOf(
  openConversationId: string,
  { wait, ...gateway }: Options,
): Promise<SpaceAnswer> {
  const { data, errors } = await askPatiently(
    () => ask(gateway, SpaceOf, { openConversationId }),
    wait && { sleep: (ms) => wait(ms) },
  );
  // Errors beside a space belong to single fields, which are null.
  if (data?.conversationSpace) return { kind: 'space', space: data.conversationSpace };

  const { message = 'The answer holds neither a space nor an error.', extensions } = errors?.[0] ?? {};
  const { code = 'UNKNOWN', retryable = false } = extensions ?? {};
  if (code === 'CONVERSATION_NOT_FOUND') return { kind: 'no-such-group' };
  throw new GatewayError(code, message, retryable);
}
