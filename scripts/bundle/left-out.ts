import type { Plugin } from 'esbuild';

const namespace = 'left-out';

/** What of each package would be used, were it asked for. */
const packages: Readonly<Record<string, readonly string[]>> = {
  // got brings a client of its own for its option http2, which the gateway does not set.
  'http2-wrapper': ['auto', 'globalAgent'],
};

/** Leaves out packages that are loaded at every start and never used; whoever does use one is told that it is not there. */
export const leftOut: Plugin = {
  name: 'left-out',
  setup(build) {
    build.onResolve({ filter: /^[a-z]/ }, ({ path }) => (path in packages ? { path, namespace } : undefined));
    build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: `module.exports = {${packages[path]?.map((name) => refusing(path, name)).join()}};`,
    }));
  },
};

const refusing = (packageName: string, name: string): string =>
  `get ${name}() { throw new Error('The bundle leaves out ${packageName}: see scripts/bundle/left-out.ts') }`;
