import { invisibleIn } from './invisible-characters.ts';
import { variableNames } from './secret-files.ts';

/** Its line breaks are part of it. */
const severalLines = new Set(['VIEWER_JWT_PUBLIC_KEY']);

/** One warning for each kind of character in a value that is probably an accident. Never contains the value. */
export const accidentalCharacterWarnings = (environment: NodeJS.ProcessEnv): string[] =>
  eachValue(environment, (name, _value, trimmed) => {
    const text = severalLines.has(name) ? trimmed.replaceAll(/[\r\n\t]/g, '') : trimmed;
    return [
      ...(isQuoted(text)
        ? ['begins and ends with quotes, which are part of the value here: write it without them']
        : []),
      ...invisibleIn(text).map((what) => `contains ${what}: type the value again, without it`),
    ];
  });

/** One warning for each kind of character that is removed around a value: another program may keep it. */
export const ignoredCharacterWarnings = (environment: NodeJS.ProcessEnv): string[] =>
  eachValue(environment, (_name, value, trimmed) => {
    const start = value.indexOf(trimmed);
    const removed = value.slice(0, start) + value.slice(start + trimmed.length);
    const kinds = [...invisibleIn(removed), ...(removed.includes(' ') ? ['a blank'] : [])];
    return kinds.map((what) => `begins or ends with ${what}, which is ignored: remove it`);
  });

/** Docker's `--env-file` keeps them as part of the value; a shell and systemd remove them. */
const isQuoted = (text: string): boolean => /^(["'`]).*\1$|^[\u2018\u201c].*[\u2019\u201d]$/s.test(text);

function eachValue(
  environment: NodeJS.ProcessEnv,
  warn: (name: string, value: string, trimmed: string) => string[],
): string[] {
  return [...variableNames].flatMap((name) => {
    const value = environment[name] ?? '';
    const trimmed = value.trim();
    return trimmed === '' ? [] : warn(name, value, trimmed).map((warning) => `${name} ${warning}`);
  });
}
