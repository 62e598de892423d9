import type { Entity } from '../operation.ts';
import { operations } from '../registry.ts';

/** Every type that other subgraphs may refer to, by its name. */
export const entities: ReadonlyMap<string, Entity> = new Map(
  operations.flatMap((operation) => operation.entities).map((entity) => [entity.type.name, entity]),
);
