import type * as z from 'zod';

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
