import type { FieldNode, GraphQLResolveInfo } from 'graphql';
import { publicError, type PublicError } from '../../errors/public-error.ts';
import { createMeasure } from './measure-selection.ts';

/** Parsed documents are cached, so each field of one is measured once. */
const measured = new WeakMap<FieldNode, number>();

/** The fields that the lists of one request may still add to its answer: how many rows they have is known at run time. */
export class AnswerBudget {
  readonly #maxFields: number;
  #left: number;

  constructor(maxFields: number) {
    this.#maxFields = maxFields;
    this.#left = maxFields;
  }

  /** @throws a public `QUERY_TOO_COMPLEX` error where nothing is left: before a call whose answer could not be given. */
  check(): void {
    if (this.#left <= 0) throw this.#tooMany(1 - this.#left);
  }

  /** Takes the fields of `rows` rows. @throws the same error where there are not so many. */
  take(rows: number, info: GraphQLResolveInfo): void {
    this.#left -= rows * fieldsOfOneRow(info);
    if (this.#left < 0) throw this.#tooMany(-this.#left);
  }

  #tooMany(excess: number): PublicError {
    const limit = this.#maxFields;
    return publicError(
      'QUERY_TOO_COMPLEX',
      `The lists of one answer may have ${limit} fields, and this one has more: ask for fewer rows or fields.`,
      { exceeded: { limit, asked: limit + excess, variable: 'MAX_ANSWER_FIELDS' } },
    );
  }
}

function fieldsOfOneRow({ fieldNodes, fragments }: GraphQLResolveInfo): number {
  const measure = createMeasure((name) => fragments[name]);
  // Each node by itself: which of them are merged depends on `@skip` and `@include`.
  let sum = 0;
  for (const node of fieldNodes) {
    const fields = measured.get(node) ?? measure(node.selectionSet).allFields;
    measured.set(node, fields);
    sum += fields;
  }
  return sum;
}
