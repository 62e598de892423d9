import type * as z from 'zod';

/** An environment variable of the gateway: the schema of its text, and its row in docs/configuration.md. */
export interface Variable<T> {
  readonly schema: z.ZodType<T, string>;
  readonly defaultText: string;
  readonly meaning: string;
  /** Its value may be the content of a file, which the same name with `_FILE` names. */
  readonly mayBeFile: boolean;
}

/** Creates a {@link Variable}. */
export const variable = <T>(
  schema: z.ZodType<T, string>,
  defaultText: string,
  meaning: string,
): Variable<T> => ({ schema, defaultText, meaning, mayBeFile: false });

/** Creates a {@link Variable} that holds or contains a secret: see `secret-files.ts`. */
export const secretVariable = <T>(
  schema: z.ZodType<T, string>,
  defaultText: string,
  meaning: string,
): Variable<T> => ({ schema, defaultText, meaning, mayBeFile: true });
