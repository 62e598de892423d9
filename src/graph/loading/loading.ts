import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import type { EndedLookup } from '../../cache/lookup-report.ts';
import type { Endpoint } from '../../domain/endpoint.ts';
import { publicError } from '../../errors/public-error.ts';
import type { Explanation } from './explanation.ts';
import { lookupName } from './lookup-name.ts';

/**
 * The answer of `endpoint` for `input`: one lookup for each distinct input of a request, however many fields ask for it.
 * `path` is the place in the answer that it is for.
 *
 * @throws a public `LOOKUP_LIMIT_EXCEEDED` error, before the call, for the lookup that is one too many.
 */
export type Load = <Input extends object, Answer>(
  endpoint: Endpoint<Input, Answer>,
  input: Input,
  path: GraphQLResolveInfo['path'],
) => Promise<Answer>;

/** Looks one input up on behalf of the request's viewer. */
export type Find = <Input, Answer>(
  endpoint: Endpoint<Input, Answer>,
  input: Input,
  onEnded?: (lookup: EndedLookup) => void,
) => Promise<Answer>;

interface LoadingOptions {
  readonly find: Find;
  readonly maxLookups: number;
  readonly explanation: Explanation | undefined;
}

type Loader = DataLoader<object, unknown, string>;

/** Made once for each request: a loader never outlives its viewer. */
export function createLoad({ find, maxLookups, explanation }: LoadingOptions): Load {
  const loaders = new Map<object, Loader>();
  const names = new Set<string>();

  /** The distinct inputs of one tick go out together; one that fails fails alone. */
  function createLoader<Input extends object>(endpoint: Endpoint<Input, unknown>): Loader {
    const findOne = (input: Input): Promise<unknown> => {
      const onEnded = explanation && explanation.ended.bind(undefined, lookupName(endpoint, input));
      return find(endpoint, input, onEnded).catch(asError);
    };
    return new DataLoader((inputs) => Promise.all(inputs.map((input) => findOne(input as Input))), {
      cacheKeyFn: (input) => lookupName(endpoint, input),
    });
  }

  return async (endpoint, input, path) => {
    const name = lookupName(endpoint, input);
    explanation?.asked(path, name);
    if (!names.has(name)) {
      if (names.size >= maxLookups) throw tooMany(maxLookups);
      names.add(name);
    }
    let loader = loaders.get(endpoint);
    if (!loader) loaders.set(endpoint, (loader = createLoader(endpoint)));
    // Under an endpoint there is nothing but its own answers.
    return loader.load(input) as Promise<never>;
  };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error('unknown failure'));

const tooMany = (limit: number): Error =>
  publicError(
    'LOOKUP_LIMIT_EXCEEDED',
    `One request may make ${limit} distinct lookups, and this field needs one more: ask for less at once.`,
  );
