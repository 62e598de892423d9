import { ChangeType, CriticalityLevel, diff, type Change } from '@graphql-inspector/core';
import {
  buildASTSchema,
  GraphQLError,
  isObjectType,
  isTypeSystemDefinitionNode,
  isTypeSystemExtensionNode,
  Kind,
  parse,
  type GraphQLNamedType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';

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

/** What to do about a dangerous change of a directive, by its name. */
const whatToDoFor: Readonly<Record<string, string>> = {
  cost: 'compare with the limits of the routers that have demand control: an operation may cost more than they allow',
  listSize:
    'compare with the limits of the routers that have demand control: an operation may cost more than they allow',
  tag: 'check every contract that includes or excludes by this tag',
  cacheControl: 'inform the teams whose routers cache answers; nothing else if the change is intended',
  link: 'check that the composition of each supergraph knows this version and what is imported',
};
const whatToDoForNewCase = 'inform the clients first: they need a branch for what they do not know yet';

/** Directives that hide from clients or close to other subgraphs: adding or removing one is breaking. */
const closingWhenAdded = ['inaccessible', 'external', 'authenticated', 'requiresScopes', 'policy'];
const closingWhenRemoved = ['shareable'];

/**
 * The changes from `released` to `current`, the worst first. Both are the SDL of a subgraph; throws a `GraphQLError` for
 * anything else.
 */
export async function compareSchemas(released: string, current: string): Promise<readonly SchemaChange[]> {
  const before = buildSubgraph(released);
  const after = buildSubgraph(current);
  const changes = onePerArgument(await diff(before, after)).map(toSchemaChange);
  return [...lostKeys(before, after), ...changes].toSorted(
    (one, other) => severity.indexOf(one.criticality) - severity.indexOf(other.criticality),
  );
}

const severity: readonly string[] = ['BREAKING', 'DANGEROUS', 'NON_BREAKING'];

const describe = (level: CriticalityLevel, message: string, toDo = whatToDo[level]): SchemaChange => ({
  criticality: level,
  message,
  whatToDo: toDo,
});

/**
 * A changed argument of a directive is reported as removed and as added, and one of a new directive beside the directive:
 * keeps the first of each.
 */
function onePerArgument(changes: readonly Change[]): readonly Change[] {
  const named = new Set(
    changes.flatMap(({ type, path, meta }) =>
      type === ChangeType.DirectiveUsageArgumentRemoved || 'addedDirectiveName' in meta ? [path] : [],
    ),
  );
  return changes.filter(
    ({ type, path }) =>
      type !== ChangeType.DirectiveUsageArgumentAdded ||
      !(named.has(path) || named.has(path?.replace(/\.[^.]*$/, ''))),
  );
}

function toSchemaChange({ criticality, message, meta, path, type }: Change): SchemaChange {
  if (closes(meta)) return describe(CriticalityLevel.Breaking, message);
  const level = levelOf(type, path) ?? criticality.level;
  if (level !== CriticalityLevel.Dangerous) return describe(level, message);
  switch (type) {
    case ChangeType.EnumValueAdded:
    case ChangeType.UnionMemberAdded:
      return describe(level, message, whatToDoForNewCase);
    case ChangeType.DirectiveUsageArgumentRemoved:
      return describe(
        level,
        `'${path?.replace(/^\./, '')}' was changed or removed`,
        whatToDoFor[directiveOf(path)],
      );
    default:
      return describe(level, message, whatToDoFor[directiveOf(path)]);
  }
}

/** An argument that is new on an old directive counts as safe in a diff, but can raise what a router counts. */
const levelOf = (type: string, path: string | undefined): CriticalityLevel | undefined =>
  type === ChangeType.DirectiveUsageArgumentAdded && directiveOf(path) in whatToDoFor
    ? CriticalityLevel.Dangerous
    : undefined;

/** The directive at the end of a path such as `Space.corpId.@cost.weight`. */
const directiveOf = (path: string | undefined): string => /@(\w+)[^@]*$/.exec(path ?? '')?.[1] ?? '';

function closes(meta: Readonly<Record<string, unknown>>): boolean {
  const isNew = meta['addedToNewType'] === true;
  return (
    (closingWhenAdded.includes(String(meta['addedDirectiveName'])) && !isNew) ||
    closingWhenRemoved.includes(String(meta['removedDirectiveName']))
  );
}

/**
 * The schema of a subgraph's SDL: the directives of federation are known to routers and need no definition. Throws for
 * anything else.
 */
export function buildSubgraph(sdl: string): GraphQLSchema {
  const document = parse(sdl);
  const other = document.definitions.find(
    (node) => !isTypeSystemDefinitionNode(node) && !isTypeSystemExtensionNode(node),
  );
  if (other !== undefined) throw new GraphQLError('It holds an operation or a fragment', { nodes: other });
  return buildASTSchema(document, { assumeValidSDL: true });
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
          'keep the key, and the new one beside it, until no other subgraph refers to the type by it; if none does, accept the change with npm run schema:release',
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
    return normalizeKey(fields.value);
  });
}

/** Order, commas and line ends do not matter in a key; which object a field belongs to does. */
function normalizeKey(fields: string): string {
  const [operation] = parse(`{${fields}}`).definitions;
  return operation?.kind === Kind.OPERATION_DEFINITION ? printSorted(operation.selectionSet) : fields;
}

const printSorted = ({ selections }: SelectionSetNode): string =>
  selections
    .flatMap((node) => {
      if (node.kind !== Kind.FIELD) return [];
      return node.selectionSet ? `${node.name.value} { ${printSorted(node.selectionSet)} }` : node.name.value;
    })
    .toSorted()
    .join(' ');
