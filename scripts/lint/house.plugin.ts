import { dirname, join, relative, sep } from 'node:path';
import { forbiddenImport, forbiddenPackage } from './rooms.ts';

/** The parts of oxlint's context and syntax tree (those of ESLint) that the rule needs. */
interface Context {
  readonly cwd: string;
  readonly filename: string;
  report(problem: { readonly node: unknown; readonly message: string }): void;
}
interface ImportingNode {
  readonly source?: { readonly type: string; readonly value?: unknown } | null;
  /** Of `import a = require('…')`. */
  readonly moduleReference?: { readonly expression?: { readonly value?: unknown } };
  readonly importKind?: string;
  readonly exportKind?: string;
}
type Visitor = Readonly<Record<string, (node: ImportingNode) => void>>;

/**
 * Reports every import that the table in `rooms.ts` forbids: of values and types, static and dynamic. Types written as
 * `import('…').T` are forbidden by `typescript/consistent-type-imports`.
 */
function create(context: Context): Visitor {
  const src = join(context.cwd, 'src');
  const below = (path: string): string => relative(src, path).split(sep).join('/');
  const from = below(context.filename);
  if (from.startsWith('..')) return {};

  const check = (node: ImportingNode, onlyTypes: boolean): void => {
    const specifier = node.source?.value;
    if (typeof specifier !== 'string') return;
    const isFile = specifier.startsWith('.');
    const to = isFile ? below(join(dirname(context.filename), specifier)) : specifier;
    const message = isFile ? forbiddenImport(from, to, onlyTypes) : forbiddenPackage(from, to);
    if (message !== undefined) context.report({ node: node.source, message });
  };
  const refuse =
    (message: string) =>
    (node: unknown): void => {
      context.report({ node, message });
    };
  const checkDeclaration = (node: ImportingNode): void => {
    check(node, importsOnlyTypes(node));
  };
  return {
    ImportDeclaration: checkDeclaration,
    ExportNamedDeclaration: checkDeclaration,
    ExportAllDeclaration: checkDeclaration,
    ImportExpression: (node) => {
      if (typeof node.source?.value === 'string') check(node, false);
      else refuse('name the imported file in quotes')(node);
    },
    TSImportEqualsDeclaration: refuse('write import … from'),
    'TSModuleDeclaration[id.value=/^[.]/]': refuse('declare no module of another file'),
  };
}

/** `import { type A }` is none: it still loads the file. */
const importsOnlyTypes = ({ importKind, exportKind }: ImportingNode): boolean =>
  importKind === 'type' || exportKind === 'type';

export default { meta: { name: 'house' }, rules: { rooms: { create } } };
