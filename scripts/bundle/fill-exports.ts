import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The exports of a file of the bundle, at its end. */
const exportList = /export\{([^}]*)\};\s*(?:\/\/# sourceMappingURL=.*\s*)?$/;
/** esbuild's name for what runs a module that some package requires. */
const lateModule = /^(init_\w+)(?: as \w+)?$/;

/**
 * Runs modules that a file of the bundle exports at the end of that file. esbuild runs them where they are first used, so that their
 * exports have no value before. Loader hooks of monitoring agents read all exports once, when the file has run, and would
 * pass on `undefined`.
 */
export async function fillExports(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.js'));
  await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      const code = await readFile(file, 'utf8');
      const found = exportList.exec(code);
      if (!found) return;
      const [, list = ''] = found;
      const late = list.split(',').flatMap((each) => lateModule.exec(each.trim())?.[1] ?? []);
      if (late.length === 0) return;
      const calls = late.map((each) => `${each}();`).join('');
      await writeFile(file, `${code.slice(0, found.index)}${calls}${code.slice(found.index)}`);
    }),
  );
}
