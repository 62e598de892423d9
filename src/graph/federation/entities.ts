import type { Entity, Operation } from '../operation.ts';
import { operations } from '../registry.ts';

/** Types that other subgraphs may refer to, by their names. */
export type Entities = ReadonlyMap<string, Entity>;

/** All of the graph. */
export const entities: Entities = entitiesOf(operations);

export function entitiesOf(of: readonly Pick<Operation, 'entities'>[]): Entities {
  return new Map(of.flatMap((each) => each.entities).map((entity) => [entity.type.name, entity]));
}
