import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { fragmentsOf } from './fragments.ts';
import { createMeasure, type Measure } from './measure-selection.ts';

/** Parsed documents are cached, so each operation is measured once. */
const measured = new WeakMap<OperationDefinitionNode, Measure>();

/** The size of an operation with its fragments spread. */
export function measureOperation(document: DocumentNode, operation: OperationDefinitionNode): Measure {
  const known = measured.get(operation);
  if (known) return known;
  const fragments = fragmentsOf(document);
  const measure = createMeasure((name) => fragments[name])(operation.selectionSet);
  measured.set(operation, measure);
  return measure;
}
