import type * as z from 'zod';
import type { PublicWords } from '../errors/dingtalk-error.ts';
import type { DingTalkErrorKind } from '../errors/kinds.ts';

/** What a code of DingTalk's means for what an endpoint asks for, in words that name it. */
export interface Refusal extends PublicWords {
  readonly kind: DingTalkErrorKind;
}

/** Refusals by DingTalk's code. */
export type Refusals = Readonly<Record<string, Refusal>>;

/** One operation of DingTalk's API: how it is called and what it promises to answer. */
export type Endpoint<Input, Answer> = CacheableEndpoint<Input, Answer> | UncacheableEndpoint<Input, Answer>;

/** A read whose answers may be kept, also in Redis, and shared by lookups of one viewer. */
export interface CacheableEndpoint<Input, Answer> extends EndpointCall<Input> {
  readonly answer: Codec<Answer>;
  readonly repeatable: true;
  readonly freshMs?: undefined;
}

/** Credentials, and calls that change something: no answer is kept, and no two lookups share one. */
export interface UncacheableEndpoint<Input, Answer> extends EndpointCall<Input> {
  readonly answer: z.ZodType<Answer>;
  /** True where the call may be made twice. The method does not decide it: some of DingTalk's reads are POSTs. */
  readonly repeatable: boolean;
  readonly freshMs: 'never';
}

interface EndpointCall<Input> {
  /** Names the API in logs and to the rate limiter: DingTalk limits calls per app and API. */
  readonly name: string;
  readonly method: 'GET' | 'POST';
  /** Every segment escaped. The operator's `unionId` is added to the query by the caller. */
  readonly path: (input: Input) => string;
  readonly body?: (input: Input) => unknown;
  /** Its own refusals. They go before the codes that mean the same for every API. */
  readonly refusals: Refusals;
}

declare const readsBothWays: unique symbol;

/** A schema that can also encode an answer, back into the body that DingTalk sent. */
export type Codec<Answer> = z.ZodType<Answer> & { readonly [readsBothWays]: true };

/** `schema` as a {@link Codec}. The compiler refuses one with a `.transform` anywhere in it: zod cannot encode that. */
export const codec = <Schema extends z.ZodType>(
  schema: Schema & ([OneWayPart<Schema>] extends [never] ? unknown : 'a .transform cannot be encoded'),
): Codec<z.output<Schema>> => schema as unknown as Codec<z.output<Schema>>;

/** Every transform in a schema, the shape of an object or a list of schemas; never where there is none. */
type OneWayPart<Part> = Part extends z.core.$ZodTransform
  ? Part
  : Part extends { readonly _zod: { readonly def: infer Def } }
    ? OneWayPart<Def[keyof Def & PartName]>
    : Part extends readonly (infer Item)[]
      ? OneWayPart<Item>
      : Part extends z.core.$ZodShape
        ? OneWayPart<Part[keyof Part]>
        : never;

/** Where the definition of a schema holds other schemas. */
type PartName =
  'in' | 'out' | 'shape' | 'element' | 'items' | 'innerType' | 'options' | 'left' | 'right' | 'valueType';
