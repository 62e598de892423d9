/** A page of rows, as people write it: `@listSize` of the schema and `first` have the same number. */
const rows = 50;
/** Every field of a `Space`: the space of the group, its facts, a page of its files, one file. */
const lookupsOfARow = 4;
/** Fields of such a row that fail by themselves, those that share a lookup included. */
const failuresOfARow = 6;
/** A row's text, with each of these fields, the leaves below them and `__typename`. */
const tokensOfARow = 100;
/** Sixty groups with fifty files each, of which seven fields are asked for. */
const answerFieldsOfARow = 500;

/** A row under an alias, and one more within it. */
const aliasesOfARow = 2;

const lookups = rows * lookupsOfARow;

/**
 * The defaults of the limits on one operation. They agree: what the one on lookups lets through, the others do as well, and
 * each of its failures has an entry in `errors`. So three of them grow with `MAX_LOOKUPS_PER_REQUEST`.
 */
export function defaultLimits(maxLookups = lookups): DefaultLimits {
  const admittedRows = Math.ceil(Math.max(lookups, maxLookups) / lookupsOfARow);
  return {
    lookups,
    aliases: admittedRows * aliasesOfARow,
    queryTokens: rows * tokensOfARow,
    answerFields: admittedRows * answerFieldsOfARow,
    errors: admittedRows * failuresOfARow,
  };
}

interface DefaultLimits {
  readonly lookups: number;
  readonly aliases: number;
  readonly queryTokens: number;
  readonly answerFields: number;
  readonly errors: number;
}
