import { Kind, type DirectiveNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';

/** How large a selection is once its fragments are spread, however often they are. */
export interface Measure {
  /** Levels of fields below one another, but for what is asked of the schema itself. */
  readonly depth: number;
  /** The same below `__schema` and `__type`. */
  readonly introspectionDepth: number;
  /** Fields of the first level. */
  readonly fields: number;
  /** Those of them that refer to entities. */
  readonly entityFields: number;
  readonly aliases: number;
  readonly directives: number;
}

interface Node {
  readonly directives?: readonly DirectiveNode[] | undefined;
}

const nothing: Measure = {
  depth: 0,
  introspectionDepth: 0,
  fields: 0,
  entityFields: 0,
  aliases: 0,
  directives: 0,
};

/** A function that measures selections of one document. Each fragment is measured once, and one within itself is nothing. */
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
    return {
      ...inner,
      depth: ofSchema ? 0 : inner.depth + 1,
      introspectionDepth: Math.max(inner.introspectionDepth, ofSchema ? inner.depth + 1 : 0),
      fields: 1,
      entityFields: selection.name.value === '_entities' ? 1 : 0,
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
  entityFields: left.entityFields + right.entityFields,
  aliases: left.aliases + right.aliases,
  directives: left.directives + right.directives,
});
