import * as z from 'zod';

/** Who has signed in, as far as DingTalk says. */
export interface Person {
  readonly unionId: string;
  /** For the page to show; null where DingTalk gives none. */
  readonly name: string | null;
}

const longestName = 200;

/** A missing or odd name keeps nobody out. */
export const personName = z
  .string()
  .min(1)
  .transform((name) => name.slice(0, longestName).toWellFormed())
  .nullable()
  .catch(null);
