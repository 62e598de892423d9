import type { BuildOptions } from 'esbuild';
import { oneGraphql } from './one-graphql.ts';
import { requiredBuiltins } from './required-builtins.ts';

/** How the bundle is made, whatever goes into it. */
export const bundleOptions = {
  bundle: true,
  // What is imported where it is needed stays in files of its own.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  // Node keeps the text of what it has loaded: four megabytes less of it.
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: true,
  sourcesContent: false,
  external: [
    // Its files are read from its package.
    'ruru',
    // type-graphql asks for it only where validation is on.
    'class-validator',
  ],
  plugins: [oneGraphql, requiredBuiltins],
  alias: { '@apollo/utils.createhash': './scripts/bundle/query-hash.ts' },
  banner: {
    js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
  },
  logLevel: 'warning',
} satisfies BuildOptions;
