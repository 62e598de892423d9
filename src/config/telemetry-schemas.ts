import * as z from 'zod';

/** A list as OpenTelemetry writes it. */
export const words = z.string().transform((value) => value.split(',').map((word) => word.trim()));

/** Words of which each is one of `known`. */
export const wordsOf = (...known: readonly string[]): z.ZodType<string[], string> =>
  words.refine(
    (found) => found.every((word) => known.includes(word)),
    `must be one or more of: ${known.join(', ')}`,
  );

export const collectorUrl = z.string().transform((value, context) => {
  const parsed = URL.parse(value);
  if (parsed && /^https?:$/.test(parsed.protocol)) return parsed;
  context.addIssue('must be an http:// or https:// URL, such as http://collector:4318');
  return z.NEVER;
});

export const share = z
  .string()
  .regex(/^(?:0|1|0?\.\d{1,12}|[01]\.0{1,12})$/, 'must be a number from 0 to 1, such as 0.01')
  .transform(Number);

/** `name=value,name=value`, percent-encoded. */
const pairs = (isPair: (name: string, value: string) => boolean, problem: string) =>
  words.transform((parts, context) => {
    const record: Record<string, string> = {};
    for (const part of parts.filter((each) => each !== '')) {
      const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(part) ?? [];
      const [plainName, plainValue] = [decoded(name), decoded(value)];
      if (plainName === undefined || plainValue === undefined || !isPair(plainName, plainValue)) {
        context.addIssue(problem);
        return z.NEVER;
      }
      record[plainName] = plainValue;
    }
    return record;
  });

export const headerPairs = pairs(
  (name, value) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e]*$/.test(value),
  'must be name=value, several of them separated by commas; write a comma in a value as %2C, a blank as %20, a percent sign as %25',
);
export const attributePairs = pairs(
  (name) => name !== '',
  'must be name=value, several of them separated by commas; write a comma in a value as %2C, a percent sign as %25',
);

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return undefined;
  }
}
