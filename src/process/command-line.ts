import { parseArgs } from 'node:util';
import { fileVariables } from '../config/secret-files.ts';
import { variables } from '../config/variables.ts';
import { version } from '../domain/version.ts';

/** What the command line asks for. */
export type Command =
  | { readonly action: 'serve' }
  /** Read the configuration, say what is wrong with it, and end. */
  | { readonly action: 'check' }
  | { readonly action: 'print'; readonly text: string }
  /** It cannot be understood; `text` is for standard error. */
  | { readonly action: 'refuse'; readonly text: string };

const options = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
  check: { type: 'boolean' },
} as const;

/** Reads the words after the program's name. */
export function readCommand(words: readonly string[]): Command {
  try {
    const { values } = parseArgs({ args: [...words], options, strict: true });
    if (values.help) return { action: 'print', text: help() };
    if (values.version) return { action: 'print', text: `${version}\n` };
    return { action: values.check ? 'check' : 'serve' };
  } catch {
    // Words are not repeated: a secret may have been meant for a variable.
    const text =
      'The gateway takes the options --help, --version and --check only: everything else is an environment variable.\n';
    return { action: 'refuse', text };
  }
}

const intro = `\
DingTalk GraphQL gateway ${version}

Usage: node [--env-file=.env] dist/main.js [option]

Serves until it gets SIGTERM. All settings are environment variables; without any, it serves made-up data on
http://localhost:4000. node --env-file=.env reads them from a file.

Options:
  --check        read the configuration, print what is wrong with it, and end: 0 or 78
  -h, --help     print this text
  -v, --version  print the version

Exit codes: 0 stopped; 1 cannot listen, or an unforeseen error; 64 wrong options; 78 wrong configuration

`;

function help(): string {
  const rows = Object.entries(variables).map(([name, { defaultText, meaning }]) => {
    const byDefault = defaultText === '–' ? '' : ` [${defaultText}]`;
    return `  ${name}\n      ${meaning}${byDefault}\n`;
  });
  const files = fileVariables.map((name) => `  ${name}_FILE\n`);
  return `${intro}Variables [default]:\n${rows.join('')}\nFiles whose content is the value of a variable:\n${files.join('')}`;
}
