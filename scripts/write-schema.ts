import { writeFile } from 'node:fs/promises';
import { generateFiles } from './schema/generated-files.ts';

/** Writes the schema as routers and as clients read it, and what the client kit takes from the code. */
for (const [file, text] of Object.entries(await generateFiles())) {
  await writeFile(new URL(`../${file}`, import.meta.url), text);
}
