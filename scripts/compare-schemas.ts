import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema, isObjectType, Kind, type GraphQLNamedType, type GraphQLSchema } from 'graphql';

/** One difference between two schemas, and what its author has to do. */
export interface SchemaChange {
  readonly criticality: `${CriticalityLevel}`;
  readonly message: string;
  readonly whatToDo: string;
}

const whatToDo: Readonly<Record<CriticalityLevel, string>> = {
  BREAKING:
    'keep the old beside the new, mark it @deprecated and remove it in a later major release; ' +
    'if this is that release, accept the change with npm run schema:release',
  DANGEROUS: 'inform the teams whose routers compose this graph; nothing else if the change is intended',
  NON_BREAKING: 'nothing',
};

/** Directives that hide from clients or close to other subgraphs: adding or removing one is breaking. */
const closingWhenAdded = ['inaccessible'];
const closingWhenRemoved = ['shareable'];

/** The changes from `released` to `current`, the worst first. Both are the SDL of a subgraph. */
export async function compareSchemas(released: string, current: string): Promise<readonly SchemaChange[]> {
  const before = buildSubgraph(released);
  const after = buildSubgraph(current);
  const changes = (await diff(before, after)).map(({ criticality, message, meta }) =>
    describe(closes(meta) ? CriticalityLevel.Breaking : criticality.level, message),
  );
  return [...lostKeys(before, after), ...changes].toSorted(
    (one, other) => severity.indexOf(one.criticality) - severity.indexOf(other.criticality),
  );
}

const severity: readonly string[] = ['BREAKING', 'DANGEROUS', 'NON_BREAKING'];

const describe = (level: CriticalityLevel, message: string): SchemaChange => ({
  criticality: level,
  message,
  whatToDo: whatToDo[level],
});

/** The directives of federation are known to routers and need no definition here. */
const buildSubgraph = (sdl: string): GraphQLSchema => buildSchema(sdl, { assumeValidSDL: true });

function closes(meta: Readonly<Record<string, unknown>>): boolean {
  return (
    closingWhenAdded.includes(String(meta['addedDirectiveName'])) ||
    closingWhenRemoved.includes(String(meta['removedDirectiveName']))
  );
}

/** A key that is gone breaks every subgraph that refers to its type by it, but a diff only reports a removed directive. */
function lostKeys(before: GraphQLSchema, after: GraphQLSchema): SchemaChange[] {
  return Object.values(before.getTypeMap()).flatMap((type) => {
    const left = keysOf(after.getType(type.name));
    return keysOf(type)
      .filter((key) => !left.includes(key))
      .map((key) =>
        describe(
          CriticalityLevel.Breaking,
          `Other subgraphs can no longer refer to '${type.name}' by '${key}'`,
        ),
      );
  });
}

/** The fields of each resolvable `@key`, normalized. */
function keysOf(type: GraphQLNamedType | undefined): string[] {
  if (!isObjectType(type)) return [];
  const nodes = [type.astNode, ...type.extensionASTNodes].flatMap((node) => node?.directives ?? []);
  return nodes.flatMap(({ name, arguments: values = [] }) => {
    const valueOf = (wanted: string) => values.find((value) => value.name.value === wanted)?.value;
    const fields = valueOf('fields');
    const resolvable = valueOf('resolvable');
    const usable = resolvable?.kind !== Kind.BOOLEAN || resolvable.value;
    if (name.value !== 'key' || fields?.kind !== Kind.STRING || !usable) return [];
    return fields.value.trim().split(/\s+/).toSorted().join(' ');
  });
}
