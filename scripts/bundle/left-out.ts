import type { Plugin } from 'esbuild';

const namespace = 'left-out';

/** The names under which each package would be used; all of them, or the package itself, refuse. */
const packages: Readonly<Record<string, readonly string[]>> = {
  // got brings a client of its own for its option http2, which the gateway does not set.
  'http2-wrapper': ['auto', 'globalAgent'],
  // fastify's compilers of JSON schemas, in whose place no-schemas.ts stands.
  '@fastify/ajv-compiler': [],
  '@fastify/fast-json-stringify-compiler': [],
};

/** Leaves out packages that are loaded at every start and never used; whoever does use one is told that it is not there. */
export const leftOut: Plugin = {
  name: 'left-out',
  setup(build) {
    build.onResolve({ filter: /^[@a-z]/ }, ({ path }) =>
      path in packages ? { path, namespace } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: `
        const refuse = () => {
          throw new Error('The bundle leaves out ${path}: see scripts/bundle/left-out.ts');
        };
        module.exports = Object.defineProperties(() => refuse(), {
          ${packages[path]?.map((name) => `${name}: { get: refuse }`).join()}
        });
      `,
    }));
  },
};
