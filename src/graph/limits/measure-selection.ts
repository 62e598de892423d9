import {
  Kind,
  type ArgumentNode,
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** The size of a selection with its fragments spread, each time they are used. */
export interface Measure {
  /** Levels of nested fields, without introspection. */
  readonly depth: number;
  /** The same below `__schema` and `__type`. */
  readonly introspectionDepth: number;
  /** Fields of the first level. */
  readonly fields: number;
  /** Fields of all levels in the answer; of introspection and of lists by ids only the first level. */
  readonly allFields: number;
  /** For each list by ids, `_entities` among them: the fields of one item in the answer, itself included. */
  readonly itemFields: ReadonlyMap<FieldNode, number>;
  readonly aliases: number;
  readonly directives: number;
}

/** About the size of a full introspection of this graph. */
const schemaFields = 2000;

interface Node {
  readonly directives?: readonly DirectiveNode[] | undefined;
}

const nothing: Measure = {
  depth: 0,
  introspectionDepth: 0,
  fields: 0,
  allFields: 0,
  itemFields: new Map(),
  aliases: 0,
  directives: 0,
};

/** Measures selections of one document. Each fragment is measured once; a fragment within itself counts nothing. */
export function createMeasure(
  fragmentOf: (name: string) => FragmentDefinitionNode | null | undefined,
): (selections: SelectionSetNode | undefined) => Measure {
  const measured = new Map<string, Measure>();

  function measureFragment(name: string): Measure {
    const known = measured.get(name);
    if (known) return known;
    measured.set(name, nothing);
    const fragment = fragmentOf(name);
    if (fragment) measured.set(name, withDirectives(fragment, measure(fragment.selectionSet)));
    return measured.get(name) ?? nothing;
  }

  function measureOne(selection: SelectionSetNode['selections'][number]): Measure {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return measureFragment(selection.name.value);
    const inner = measure(selection.selectionSet);
    if (selection.kind === Kind.INLINE_FRAGMENT) return inner;
    const ofSchema = selection.name.value === '__schema' || selection.name.value === '__type';
    const ofItems = listArgumentOf(selection) !== undefined;
    return {
      ...inner,
      depth: ofSchema ? 0 : inner.depth + 1,
      introspectionDepth: Math.max(inner.introspectionDepth, ofSchema ? inner.depth + 1 : 0),
      fields: 1,
      allFields: ofSchema ? schemaFields : ofItems ? 1 : inner.allFields + 1,
      itemFields: ofItems ? new Map([[selection, inner.allFields + 1]]) : nothing.itemFields,
      aliases: inner.aliases + (selection.alias ? 1 : 0),
    };
  }

  function measure(selections: SelectionSetNode | undefined): Measure {
    return (selections?.selections ?? [])
      .map((selection) => withDirectives(selection, measureOne(selection)))
      .reduce(sum, nothing);
  }
  return measure;
}

const withDirectives = ({ directives }: Node, measure: Measure): Measure => ({
  ...measure,
  directives: measure.directives + (directives?.length ?? 0),
});

const sum = (left: Measure, right: Measure): Measure => ({
  depth: Math.max(left.depth, right.depth),
  introspectionDepth: Math.max(left.introspectionDepth, right.introspectionDepth),
  fields: left.fields + right.fields,
  allFields: left.allFields + right.allFields,
  itemFields: sumOf(left.itemFields, right.itemFields),
  aliases: left.aliases + right.aliases,
  directives: left.directives + right.directives,
});

/** Arguments with an item for each item of the answer. */
export const listArguments: ReadonlySet<string> = new Set([
  'representations',
  'dentryIds',
  'openConversationIds',
]);

/** The list that a field answers item by item. */
export const listArgumentOf = ({ arguments: given = [] }: FieldNode): ArgumentNode | undefined =>
  given.find(({ name }) => listArguments.has(name.value));

type ItemFields = Measure['itemFields'];

function sumOf(left: ItemFields, right: ItemFields): ItemFields {
  if (right.size === 0) return left;
  if (left.size === 0) return right;
  const both = new Map(left);
  for (const [field, count] of right) both.set(field, (both.get(field) ?? 0) + count);
  return both;
}
