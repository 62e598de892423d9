import { isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

const namespace = 'required-builtin';

/**
 * Turns static imports of Node's modules into `require`.
 *
 * An import of `node:http` reads every export, and one of them is a getter that loads undici, a second HTTP client that
 * nothing here uses: a fifth of a start and 6 MiB. `require` reads only the exports that are used.
 */
export const requiredBuiltins: Plugin = {
  name: 'required-builtins',
  setup(build) {
    build.onResolve({ filter: /^[a-z]/ }, ({ path, kind }) =>
      // Dynamic imports stay: esbuild would give them only the default export of a required module.
      kind === 'import-statement' && isBuiltin(path) ? { path, namespace } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};
