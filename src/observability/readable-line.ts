import { prettyFactory } from 'pino-pretty';

/** All control characters but the end of a line and the tabulator: a terminal would obey them. */
// oxlint-disable-next-line no-control-regex
const controlCharacters = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Makes lines of the log readable for people: time, level, message, fields. */
export function createReadableLine({ colors }: { readonly colors: boolean }): (json: string) => string {
  const pretty = prettyFactory({
    colorize: colors,
    translateTime: 'SYS:HH:MM:ss',
    ignore: 'pid,hostname',
    singleLine: true,
  });
  return (json) => {
    const line: unknown = JSON.parse(json, (_name, value: unknown) =>
      typeof value === 'string' ? value.replaceAll(controlCharacters, '\ufffd') : value,
    );
    return pretty(line);
  };
}
