import type * as z from 'zod';

/** An environment variable of the gateway: the schema of its text, and its row in docs/configuration.md. */
export interface Variable<T> {
  readonly schema: z.ZodType<T, string>;
  readonly defaultText: string;
  readonly meaning: string;
}

/** Creates a {@link Variable}. */
export const variable = <T>(
  schema: z.ZodType<T, string>,
  defaultText: string,
  meaning: string,
): Variable<T> => ({ schema, defaultText, meaning });
