import { registerEnumType } from 'type-graphql';
import * as z from 'zod';

const unknown = 'UNKNOWN';

/** An enum of DingTalk's for the graph, and how its values are read. */
export interface UpstreamEnum<Value extends string> {
  /** For `@Field(() => …)`. */
  readonly type: Readonly<Record<Value | typeof unknown, string>>;
  /** In upper or lower case; a value that DingTalk added later is `UNKNOWN`, a missing one null. */
  readonly body: z.ZodCodec<
    z.ZodOptional<z.ZodUnknown>,
    z.ZodCustom<Value | typeof unknown | null, Value | typeof unknown | null>
  >;
}

/** Registers an enum with `UNKNOWN` beside `values`, each with its description. */
export function upstreamEnum<const Value extends string>(
  name: string,
  description: string,
  values: Readonly<Record<Value, string>>,
): UpstreamEnum<Value> {
  type Known = Value | typeof unknown;
  const type: Readonly<Record<Known, string>> = describedEnum<Known>(name, description, {
    ...values,
    [unknown]: 'A value that this gateway does not know yet.',
  });
  const isKnown = (value: string): value is Known => Object.hasOwn(type, value);
  const read = (value: unknown): Known | null => {
    if (value === undefined || value === null || value === '') return null;
    const upper = typeof value === 'string' ? value.toUpperCase() : unknown;
    return isKnown(upper) ? upper : unknown;
  };
  const body = z.codec(z.optional(z.unknown()), z.custom<Known | null>(), {
    decode: read,
    encode: (value) => value,
  });
  return { type, body };
}

/** Registers an enum, each value with its description. */
export function describedEnum<const Value extends string>(
  name: string,
  description: string,
  values: Readonly<Record<Value, string>>,
): { readonly [V in Value]: V } {
  const names = Object.keys(values) as Value[];
  const type = Object.fromEntries(names.map((value) => [value, value])) as { [V in Value]: V };
  const valuesConfig = Object.fromEntries(names.map((value) => [value, { description: values[value] }]));
  registerEnumType(type, { name, description, valuesConfig: valuesConfig as never });
  return type;
}
