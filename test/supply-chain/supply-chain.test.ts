import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';

const manifest = JSON.parse(await readFile('package.json', 'utf8'));
const lock = JSON.parse(await readFile('package-lock.json', 'utf8')) as {
  packages: Record<
    string,
    { hasInstallScript?: boolean; integrity?: string; link?: boolean; resolved?: string }
  >;
};
const installed = Object.entries(lock.packages).filter(([path]) => path !== '');

test('every dependency has an exact version', () => {
  const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
  const loose = Object.entries(all).filter(
    ([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(String(version)),
  );
  expect(loose).toEqual([]);
});

test('every install script of a package is denied', () => {
  const wanting = installed.filter(([, { hasInstallScript }]) => hasInstallScript);
  const names = new Set(wanting.map(([path]) => path.split('node_modules/').at(-1)!));
  expect(Object.fromEntries([...names].toSorted().map((name) => [name, false]))).toEqual(
    manifest.allowScripts,
  );
});

test('every package has a hash and comes from a registry', () => {
  const unproven = installed.filter(
    ([path, { integrity, resolved = '', link }]) =>
      link ||
      !integrity?.startsWith('sha512-') ||
      !path.startsWith('node_modules/') ||
      /^(?:git|file)/.test(resolved),
  );
  expect(unproven.map(([path]) => path)).toEqual([]);
});
