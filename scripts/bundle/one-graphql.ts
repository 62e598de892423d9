import path from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Makes every package of the bundle use one copy of `graphql` and of `@graphql-tools/utils`: objects of two copies are
 * not instances of each other's classes. The copy is the one in ES modules, since esbuild turns a CommonJS package into
 * an object of 250 getters for every file that imports it.
 */
export const oneGraphql: Plugin = {
  name: 'one-graphql',
  setup(build) {
    build.onResolve({ filter: /^graphql(\/|$)/ }, ({ path: name, kind, resolveDir }) => {
      const file = name === 'graphql' ? 'graphql/index.mjs' : name.replace(/(\.js)?$/, '.mjs');
      return path.extname(name) === '.mjs' ? undefined : build.resolve(file, { kind, resolveDir });
    });
    build.onResolve({ filter: /^@graphql-tools\/utils$/ }, ({ path: name, kind, resolveDir }) =>
      kind === 'require-call' ? build.resolve(name, { kind: 'import-statement', resolveDir }) : undefined,
    );
  },
};
