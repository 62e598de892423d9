import { readFile } from 'node:fs/promises';
import { compareSchemas, buildSubgraph } from './compare-schemas.ts';

/**
 * Compares `schema.graphql` with that of the last release, or two files given by name: prints what breaks or may break,
 * and one line about the rest. Exit code 1 for a breaking change, 64 and 65 of `sysexits.h` for bad input.
 */
const usage = 'Usage: npm run schema:check [-- <released schema> <current schema>]';
const [released = 'schema.released.graphql', current = 'schema.graphql', ...others] = process.argv.slice(2);
const badUsageExitCode = 64;
const badDataExitCode = 65;
const headings = { BREAKING: 'BREAKS', DANGEROUS: 'MAY BREAK', NON_BREAKING: 'SAFE' } as const;

if (others.length > 0) refuse(usage, badUsageExitCode);
const changes = await compareSchemas(await read(released), await read(current));
const count = (wanted: keyof typeof headings): number =>
  changes.filter(({ criticality }) => criticality === wanted).length;
const [breaking, dangerous, safe] = [count('BREAKING'), count('DANGEROUS'), count('NON_BREAKING')];

for (const { criticality, message, whatToDo } of changes) {
  if (criticality !== 'NON_BREAKING')
    console.log(`${headings[criticality]}: ${message}\n  to do: ${whatToDo}`);
}
console.log(`From ${released} to ${current}: ${verdict()}.`);
if (breaking > 0) process.exitCode = 1;

function verdict(): string {
  if (changes.length === 0) return 'nothing has changed';
  if (breaking + dangerous === 0) return `nothing breaks, ${safe} safe ${safe === 1 ? 'change' : 'changes'}`;
  return `${breaking} breaking, ${dangerous} possibly breaking, ${safe} safe`;
}

/** The text of a schema. Ends the process where there is none. */
async function read(file: string): Promise<string> {
  try {
    const sdl = await readFile(file, 'utf8');
    buildSubgraph(sdl);
    return sdl;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return refuse(`${file} is not the SDL of a subgraph: ${reason}\n${usage}`, badDataExitCode);
  }
}

function refuse(message: string, exitCode: number): never {
  console.error(message);
  process.exit(exitCode);
}
