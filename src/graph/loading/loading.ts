import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import type { EndedLookup } from '../../cache/lookup-report.ts';
import type { AnswerFreshness } from './answer-freshness.ts';
import { callsOf, type Endpoint } from '../../domain/endpoint.ts';
import { publicError } from '../../errors/public-error.ts';
import type { Explanation } from './explanation.ts';
import { inputText } from '../../domain/input-text.ts';
import type { LookupTally } from './lookup-tally.ts';

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
  /** Undefined where nobody reads it. */
  readonly tally?: LookupTally | undefined;
  /** Undefined where no cache may keep the answer. */
  readonly freshness?: AnswerFreshness | undefined;
}

type Loader = DataLoader<object, unknown, string>;

/** Made once for each request: a loader never outlives its viewer. */
export class Loading {
  readonly #options: LoadingOptions;
  readonly #loaders = new Map<object, Loader>();
  readonly #apis = new Set<string>();
  #calls = 0;

  constructor(options: LoadingOptions) {
    this.#options = options;
  }

  readonly load: Load = (endpoint, input, path) => {
    this.#options.explanation?.asked(path, inputText(endpoint.name, input));
    // Under an endpoint there is nothing but its own answers.
    return this.#loaderOf(endpoint).load(input) as Promise<never>;
  };

  /** The APIs of its lookups; not those of answers that others implied. */
  get apis(): readonly string[] {
    return [...this.#apis];
  }

  #loaderOf<Input extends object>(endpoint: Endpoint<Input, unknown>): Loader {
    let loader = this.#loaders.get(endpoint);
    if (!loader) this.#loaders.set(endpoint, (loader = this.#createLoader(endpoint)));
    return loader;
  }

  #createLoader<Input extends object>(endpoint: Endpoint<Input, unknown>): Loader {
    return new DataLoader((inputs) => this.#findAll(endpoint, inputs as readonly Input[]), {
      cacheKeyFn: (input) => inputText(endpoint.name, input),
    });
  }

  /** The distinct inputs of one tick go out together; one that fails fails alone. */
  async #findAll<Input extends object>(
    endpoint: Endpoint<Input, unknown>,
    inputs: readonly Input[],
  ): Promise<readonly unknown[]> {
    const { find, maxLookups } = this.#options;
    this.#apis.add(endpoint.name);
    const admitted = this.#admit(endpoint, inputs);
    const found = find(endpoint, admitted, this.#onEnded(endpoint));
    const answering = found.map((each, index) =>
      each.then((answer) => this.#primed(endpoint, admitted[index] as Input, answer), asError),
    );
    const all = Promise.all(answering);
    const answers = endpoint.goesOnAlone ? answering.map((each) => orFailure(each, all)) : await all;
    if (admitted === inputs) return answers;
    const byInput = new Map(admitted.map((input, index) => [input, answers[index]]));
    return inputs.map((input) => (byInput.has(input) ? byInput.get(input) : tooMany(maxLookups)));
  }

  #onEnded<Input>({
    name,
  }: Endpoint<Input, unknown>): ((input: Input, lookup: EndedLookup) => void) | undefined {
    const { explanation, tally, freshness } = this.#options;
    if (!explanation && !freshness) return tally && ((_input, lookup) => tally.ended(lookup));
    return (input, lookup) => {
      explanation?.ended(inputText(name, input), lookup);
      tally?.ended(lookup);
      freshness?.ended(lookup);
    };
  }

  /** Those of `inputs` whose calls the request may still make. */
  #admit<Input>({ batch }: Endpoint<Input, unknown>, inputs: readonly Input[]): readonly Input[] {
    const { maxLookups } = this.#options;
    const left = maxLookups - this.#calls;
    const needed = batch ? callsOf(batch, inputs) : undefined;
    const calls = (needed ?? inputs).length;
    this.#calls = Math.min(maxLookups, this.#calls + calls);
    if (calls <= left) return inputs;
    return needed ? needed.slice(0, left).flat() : inputs.slice(0, left);
  }

  /** The same answer, after the lookups that it implies are known to their loaders. */
  #primed<Input, Answer>(endpoint: Endpoint<Input, Answer>, input: Input, answer: Answer): Answer {
    if (endpoint.freshness === 'never' || !endpoint.implies) return answer;
    for (const implied of endpoint.implies(input, answer)) {
      const loader = this.#loaderOf(implied.endpoint as Endpoint<object, unknown>);
      loader.prime(implied.input, implied.answer);
    }
    return answer;
  }
}

/**
 * The loader's promise becomes this one, and so does not wait for its neighbours. A failure does, for nothing is below it: so
 * errors stand in the order of their places.
 */
async function orFailure(answering: Promise<unknown>, all: Promise<unknown>): Promise<unknown> {
  // Asked for here, in the order of the places, and not in that of the failures.
  const turn = all.then(() => undefined);
  const answer = await answering;
  if (!(answer instanceof Error)) return answer;
  await turn;
  throw answer;
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error('unknown failure'));

const tooMany = (limit: number): Error =>
  publicError(
    'LOOKUP_LIMIT_EXCEEDED',
    `One request may need ${limit} lookups at most, and this field needs one more: ask for less at once.`,
    { exceeded: { limit, asked: limit + 1, variable: 'MAX_LOOKUPS_PER_REQUEST' } },
  );
