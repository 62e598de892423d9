import { isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

const namespace = 'required-builtin';

/**
 * Has the bundle require what Node itself brings, where its sources import it.
 *
 * To import `node:http` is to read all that it exports, and behind one of its names Node keeps a second HTTP client:
 * 50 ms of the start and 13 MiB for what nobody calls. `require` reads what is asked for.
 */
export const requiredBuiltins: Plugin = {
  name: 'required-builtins',
  setup(build) {
    build.onResolve({ filter: /^[a-z]/ }, ({ path, kind }) =>
      // What is imported late is so for a reason, and of what is required esbuild gives such an import the default alone.
      kind === 'import-statement' && isBuiltin(path) ? { path, namespace } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};
