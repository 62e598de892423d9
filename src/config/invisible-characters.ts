/** Everything that no editor shows: control, zero-width and formatting characters, and blanks other than the space. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

const named: Readonly<Record<string, string>> = {
  '\t': 'a tab',
  '\n': 'a line break',
  '\r': 'a carriage return',
  '\u00a0': 'a no-break space',
  '\u200b': 'a zero-width space',
  '\ufeff': 'a byte order mark',
};

/** What each kind of invisible character in `text` is called, such as `a carriage return`. */
export const invisibleIn = (text: string): readonly string[] => [
  ...new Set(Array.from(text.matchAll(invisible), ([character]) => named[character] ?? nameOf(character))),
];

/** Shows invisible characters as escapes. */
export const visible = (text: string): string => text.replaceAll(invisible, codeOf);

const nameOf = (character: string): string => `an invisible character (${codeOf(character)})`;

const codeOf = (character: string): string =>
  `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`;
