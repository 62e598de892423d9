import type * as z from 'zod';

declare const readsBothWays: unique symbol;

/** A schema that can also encode an answer, back to the body that DingTalk sent. */
export type Codec<Answer> = z.ZodType<Answer> & { readonly [readsBothWays]: true };

/** Marks `schema` as a {@link Codec}. A `.transform` anywhere in it is a compile error: zod cannot encode that. */
export const codec = <Schema extends z.ZodType>(
  schema: Schema & ([OneWayPart<Schema>] extends [never] ? unknown : 'a .transform cannot be encoded'),
): Codec<z.output<Schema>> => schema as unknown as Codec<z.output<Schema>>;

/** The transforms in a schema, an object's shape or a list of schemas; `never` where there is none. */
type OneWayPart<Part> = Part extends z.core.$ZodTransform
  ? Part
  : Part extends { readonly _zod: { readonly def: infer Def } }
    ? OneWayPart<Def[keyof Def & PartName]>
    : Part extends readonly (infer Item)[]
      ? OneWayPart<Item>
      : Part extends z.core.$ZodShape
        ? OneWayPart<Part[keyof Part]>
        : never;

/** Properties of a schema's definition that hold other schemas. */
type PartName =
  'in' | 'out' | 'shape' | 'element' | 'items' | 'innerType' | 'options' | 'left' | 'right' | 'valueType';
