import type { OperationDefinitionNode, ValidationRule } from 'graphql';
import { publicError } from '../../errors/public-error.ts';
import { createMeasure } from './measure-selection.ts';

/** Clients choose aliases freely, and an answer repeats one for every item of a list. */
const maxNameLength = 256;
/** GraphiQL's own introspection is 15 levels deep; graphql-js bounds its cycles. */
const maxIntrospectionDepth = 20;

interface DocumentLimits {
  readonly depth: number;
  readonly directives: number;
}

/** Refuses an operation with too many levels or directives, or a name that is too long, by its text alone. */
export function createDocumentLimits(limits: DocumentLimits): ValidationRule {
  return (context) => {
    const measure = createMeasure((name) => context.getFragment(name));
    const refuseAbove = (limit: number, found: number, what: string, variable?: string): void => {
      if (found <= limit) return;
      const message = `This operation has ${found} ${what}; the limit is ${limit}: split it.`;
      const exceeded = { limit, asked: found, variable };
      context.reportError(publicError('QUERY_TOO_COMPLEX', message, { httpStatus: 422, exceeded }));
    };
    return {
      Name({ value }) {
        refuseAbove(maxNameLength, value.length, 'characters in one name');
      },
      OperationDefinition(operation) {
        const { depth, introspectionDepth, directives } = measure(operation.selectionSet);
        refuseAbove(limits.depth, depth, 'levels of fields', 'MAX_QUERY_DEPTH');
        refuseAbove(maxIntrospectionDepth, introspectionDepth, 'levels of introspection');
        refuseAbove(
          limits.directives,
          directives + directivesOf(operation),
          'directives',
          'MAX_QUERY_DIRECTIVES',
        );
      },
    };
  };
}

function directivesOf({ directives = [], variableDefinitions = [] }: OperationDefinitionNode): number {
  return directives.length + variableDefinitions.flatMap(({ directives = [] }) => directives).length;
}
