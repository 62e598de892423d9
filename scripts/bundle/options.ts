import type { BuildOptions } from 'esbuild';
import { oneGraphql } from './one-graphql.ts';
import { requiredBuiltins } from './required-builtins.ts';

/** esbuild's options for every bundle: the gateway's and those of the tests. */
export const bundleOptions = {
  bundle: true,
  // A dynamic import stays a separate file, loaded when it is needed.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  // Node keeps the source of loaded files in memory: minifying saves four megabytes.
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: true,
  sourcesContent: false,
  external: [
    // The explorer reads its assets from the package.
    'ruru',
    // type-graphql loads it only where its validation is on.
    'class-validator',
  ],
  alias: {
    // Apollo Server hashes with Node's module where it can require one, which a module of a bundle cannot.
    'sha.js': './scripts/bundle/sha.cjs',
    // Every server has compilers of its own in place of fastify's, for schemas that no route has.
    '@fastify/ajv-compiler': './scripts/bundle/unused.cjs',
    '@fastify/fast-json-stringify-compiler': './scripts/bundle/unused.cjs',
    // got's client for its option http2.
    'http2-wrapper': './scripts/bundle/unused.cjs',
  },
  plugins: [oneGraphql, requiredBuiltins],
  banner: {
    js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
  },
  logLevel: 'warning',
} satisfies BuildOptions;
