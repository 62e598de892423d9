import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { fragmentsOf } from './fragments.ts';
import { createMeasure, type Measure } from './measure-selection.ts';

/** Documents are parsed once and kept, so that what their text alone decides need not be found out for each request. */
const measured = new WeakMap<OperationDefinitionNode, Measure>();

/** How large an operation is, its fragments spread. */
export function measureOperation(document: DocumentNode, operation: OperationDefinitionNode): Measure {
  const known = measured.get(operation);
  if (known) return known;
  const fragments = fragmentsOf(document);
  const measure = createMeasure((name) => fragments[name])(operation.selectionSet);
  measured.set(operation, measure);
  return measure;
}
