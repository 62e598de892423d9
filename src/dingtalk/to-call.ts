import type { Endpoint } from '../domain/endpoint.ts';
import { viewerKey, type Viewer } from '../domain/viewer.ts';
import type { Call } from './call.ts';

/** What the calls of one endpoint have in common. */
type EndpointCall<Answer> = Omit<Call<Answer>, 'deadline' | 'queueKey' | 'corpId' | 'onAttempt'>;

/** A call on behalf of `viewer`, whose `corpId` is the organization that pays. */
export function viewerCall<Input, Answer>(
  endpoint: Endpoint<Input, Answer>,
  input: Input,
  viewer: Viewer,
): EndpointCall<Answer> {
  const { unionId } = viewer;
  return {
    ...requestOf(endpoint, input),
    query: { unionId },
    secrets: () => [unionId, ...textsOf(input)],
    about: { viewer: viewerKey(viewer), subject: JSON.stringify([endpoint.name, input]) },
    repeatable: endpoint.repeatable,
  };
}

/** A person's own token. */
export interface UserToken {
  readonly value: string;
  /** Stands for the token where it must not be kept. */
  readonly hash: string;
  /** Whether DingTalk has accepted it lately. */
  readonly isKnown: boolean;
}

/** A call with a person's own token. It is not made again. */
export function userCall<Input, Answer>(
  endpoint: Endpoint<Input, Answer>,
  input: Input,
  token: UserToken,
): EndpointCall<Answer> {
  return {
    ...requestOf(endpoint, input),
    token: () => token.value,
    secrets: () => textsOf(input),
    // One viewer for all unknown tokens: a client can make up many.
    about: {
      viewer: token.isKnown ? token.hash : 'unknown bearers',
      subject: token.hash,
      isUnknown: !token.isKnown,
    },
    repeatable: false,
  };
}

const requestOf = <Input, Answer>(
  { name: api, method, path, body, answer, refusals }: Endpoint<Input, Answer>,
  input: Input,
): Pick<Call<Answer>, 'api' | 'method' | 'path' | 'body' | 'answer' | 'refusals'> => ({
  api,
  method,
  path: path(input),
  ...(body && { body: body(input) }),
  answer,
  refusals,
});

/** An input is as personal as its viewer. */
const textsOf = (input: unknown): string[] =>
  Object.values(input ?? {}).filter((value) => typeof value === 'string');
