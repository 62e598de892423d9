import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import type { EndedLookup } from '../../cache/lookup-report.ts';
import { callsOf, type Endpoint } from '../../domain/endpoint.ts';
import { publicError } from '../../errors/public-error.ts';
import type { Explanation } from './explanation.ts';
import { inputText } from '../../domain/input-text.ts';

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

/** Looks inputs up on behalf of the request's viewer: one promise an input, in their order. */
export type Find = <Input, Answer>(
  endpoint: Endpoint<Input, Answer>,
  inputs: readonly Input[],
  onEnded?: (input: Input, lookup: EndedLookup) => void,
) => readonly Promise<Answer>[];

interface LoadingOptions {
  readonly find: Find;
  /** How many calls the lookups of the request may take. */
  readonly maxLookups: number;
  readonly explanation: Explanation | undefined;
}

type Loader = DataLoader<object, unknown, string>;

/** Made once for each request: a loader never outlives its viewer. */
export function createLoad({ find, maxLookups, explanation }: LoadingOptions): Load {
  const loaders = new Map<object, Loader>();
  let calls = 0;

  /** Those of `inputs` whose calls the request may still make. */
  function admit<Input>({ batch }: Endpoint<Input, unknown>, inputs: readonly Input[]): readonly Input[] {
    const left = maxLookups - calls;
    const needed = batch ? callsOf(batch, inputs) : undefined;
    calls = Math.min(maxLookups, calls + (needed ?? inputs).length);
    return needed ? needed.slice(0, left).flat() : inputs.slice(0, left);
  }

  /** The distinct inputs of one tick go out together; one that fails fails alone. */
  async function findAll<Input extends object>(
    endpoint: Endpoint<Input, unknown>,
    inputs: readonly Input[],
  ): Promise<readonly unknown[]> {
    const admitted = admit(endpoint, inputs);
    const onEnded =
      explanation &&
      ((input: Input, lookup: EndedLookup) => explanation.ended(inputText(endpoint.name, input), lookup));
    const found = find(endpoint, admitted, onEnded);
    const answers = await Promise.all(
      found.map((each, index) =>
        each.then((answer) => primed(endpoint, admitted[index] as Input, answer), asError),
      ),
    );
    const byInput = new Map(admitted.map((input, index) => [input, answers[index]]));
    return inputs.map((input) => (byInput.has(input) ? byInput.get(input) : tooMany(maxLookups)));
  }

  /** The same answer, after the lookups that it implies are known to their loaders. */
  function primed<Input, Answer>(endpoint: Endpoint<Input, Answer>, input: Input, answer: Answer): Answer {
    if (endpoint.freshness === 'never' || !endpoint.implies) return answer;
    for (const implied of endpoint.implies(input, answer)) {
      loaderOf(implied.endpoint as Endpoint<object, unknown>).prime(implied.input, implied.answer);
    }
    return answer;
  }

  function createLoader<Input extends object>(endpoint: Endpoint<Input, unknown>): Loader {
    return new DataLoader((inputs) => findAll(endpoint, inputs as readonly Input[]), {
      cacheKeyFn: (input) => inputText(endpoint.name, input),
    });
  }

  function loaderOf<Input extends object>(endpoint: Endpoint<Input, unknown>): Loader {
    let loader = loaders.get(endpoint);
    if (!loader) loaders.set(endpoint, (loader = createLoader(endpoint)));
    return loader;
  }

  return (endpoint, input, path) => {
    explanation?.asked(path, inputText(endpoint.name, input));
    // Under an endpoint there is nothing but its own answers.
    return loaderOf(endpoint).load(input) as Promise<never>;
  };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error('unknown failure'));

const tooMany = (limit: number): Error =>
  publicError(
    'LOOKUP_LIMIT_EXCEEDED',
    `One request may need ${limit} lookups at most, and this field needs one more: ask for less at once.`,
  );
