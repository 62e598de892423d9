import { readFile } from 'node:fs/promises';
import { compareSchemas } from './compare-schemas.ts';

/** Compares `schema.graphql` with that of the last release, or two files given by name. Fails for a breaking change. */
const [released = 'schema.released.graphql', current = 'schema.graphql'] = process.argv.slice(2);
const changes = await compareSchemas(await readFile(released, 'utf8'), await readFile(current, 'utf8'));

for (const { criticality, message, whatToDo } of changes) {
  console.log(`${criticality}: ${message}\n  to do: ${whatToDo}`);
}
const breaking = changes.filter(({ criticality }) => criticality === 'BREAKING').length;
console.log(`${changes.length} changes since the last release, ${breaking} of them breaking.`);
if (breaking > 0) process.exitCode = 1;
