import type * as z from 'zod';

declare const readsBothWays: unique symbol;

/** A schema that can also encode an answer, back to the body that DingTalk sent. */
export type Codec<Answer> = z.ZodType<Answer> & { readonly [readsBothWays]: true };

/** Marks `schema` as a {@link Codec}. A `.transform` anywhere in it is a compile error: zod cannot encode that. */
export const codec = <Schema extends z.ZodType>(
  schema: Schema & ([OneWayPart<Schema>] extends [never] ? unknown : 'a .transform cannot be encoded'),
): Codec<z.output<Schema>> => schema as unknown as Codec<z.output<Schema>>;

/**
 * The parts of a schema that zod cannot encode, in an object's shape, a list of schemas or what a function returns too; `never`
 * where there is none. A schema whose type is as wide as `z.ZodType` may be anything, and so is one. A `catchall` does not show in zod's types.
 */
type OneWayPart<Part> = Part extends z.core.$ZodTransform | z.core.$ZodSuccess
  ? Part
  : Part extends { readonly _zod: { readonly def: { readonly type: infer Type } } }
    ? 'transform' extends Type
      ? Part
      : OneWayDefinition<Part>
    : Part extends () => infer Made
      ? OneWayPart<Made>
      : Part extends readonly (infer Item)[]
        ? OneWayPart<Item>
        : Part extends z.core.$ZodShape
          ? OneWayPart<Part[keyof Part]>
          : never;

type OneWayDefinition<Part> = Part extends { readonly _zod: { readonly def: infer Def } }
  ? OneWayPart<Def[keyof Def & PartName]>
  : never;

/** Properties of a schema's definition that hold other schemas. */
type PartName =
  | 'in'
  | 'out'
  | 'shape'
  | 'element'
  | 'items'
  | 'rest'
  | 'innerType'
  | 'getter'
  | 'options'
  | 'left'
  | 'right'
  | 'keyType'
  | 'valueType';
