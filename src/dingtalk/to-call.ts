import type { BatchedEndpoint, BatchItem, Endpoint } from '../domain/endpoint.ts';
import type { LegacyEndpoint } from '../domain/legacy-endpoint.ts';
import { turnKey, type Viewer } from '../domain/viewer.ts';
import type { Call, CallWatch } from './call.ts';

/** What the calls of one endpoint have in common. */
export type EndpointCall<Answer> = Omit<Call<Answer>, 'deadline' | 'queueKey' | 'corpId' | keyof CallWatch>;

/** A call on behalf of `viewer`, whose `corpId` is the organization that pays. */
export function viewerCall<Input, Answer>(
  endpoint: Endpoint<Input, Answer>,
  input: Input,
  viewer: Viewer,
): EndpointCall<Answer> {
  return {
    ...requestOf(endpoint, input, viewer.unionId),
    ...bodyOf(endpoint, input),
    answer: endpoint.answer,
    secrets: () => [viewer.unionId, ...textsOf(input)],
    about: { viewer: turnKey(viewer), subject: JSON.stringify([endpoint.name, input]) },
    repeatable: endpoint.repeatable,
  };
}

/** One call for all `inputs`, which are of one group. */
export function batchCall<Input, Answer>(
  endpoint: BatchedEndpoint<Input, Answer>,
  inputs: readonly [Input, ...Input[]],
  viewer: Viewer,
): EndpointCall<readonly BatchItem[]> {
  return {
    ...requestOf(endpoint, inputs[0], viewer.unionId),
    body: endpoint.batch.body(inputs),
    answer: endpoint.batch.items,
    secrets: () => [viewer.unionId, ...textsOf(inputs)],
    // The group and not its inputs: a client can make up many sets of ids around one that fails.
    about: {
      viewer: turnKey(viewer),
      subject: JSON.stringify([endpoint.name, endpoint.batch.groupOf(inputs[0])]),
    },
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
    ...bodyOf(endpoint, input),
    answer: endpoint.answer,
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

/** A call to the legacy host. `viewer` is who is asked about, or who asks; compared in this process only. */
export function legacyCall<Input, Answer>(
  endpoint: LegacyEndpoint<Input, Answer>,
  input: Input,
  viewer: string,
): EndpointCall<Answer> {
  const { name: api, path, body, result: answer, scope: legacyScope, refusals } = endpoint;
  return {
    api,
    method: 'POST',
    path,
    body: body(input),
    answer,
    legacyScope,
    refusals,
    secrets: () => textsOf(input),
    about: { viewer, subject: JSON.stringify([api, viewer]) },
    repeatable: endpoint.repeatable || 'if-untouched',
  };
}

type Request = Pick<Call, 'api' | 'method' | 'path' | 'pathOf' | 'query' | 'maxAnswerBytes' | 'refusals'>;

function requestOf<Input>(endpoint: Endpoint<Input, unknown>, input: Input, unionId?: string): Request {
  const { name: api, method, path, query, operator, maxAnswerBytes, refusals } = endpoint;
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(query?.(input) ?? {})) {
    if (value !== undefined) given[name] = value;
  }
  if (operator !== undefined && unionId !== undefined) given[operator] = unionId;
  return { api, method, path: path(input), pathOf: path, query: given, maxAnswerBytes, refusals };
}

const bodyOf = <Input>({ body }: Endpoint<Input, unknown>, input: Input): Pick<Call, 'body'> =>
  body ? { body: body(input) } : {};

/** Every text and number of an input, at any depth: an input is as personal as its viewer. */
function textsOf(input: unknown): string[] {
  if (typeof input === 'string') return [input];
  if (typeof input === 'number') return [String(input)];
  return typeof input === 'object' && input !== null ? Object.values(input).flatMap(textsOf) : [];
}
