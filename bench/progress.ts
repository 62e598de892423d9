/** Shows the progress to a person. */
export interface Progress {
  /** A line that stays. */
  say(line: string): void;
  /** The present step: on a terminal one line that changes, elsewhere one line for each round. */
  show(line: string): void;
  clear(): void;
}

/** Writes to stderr: the results go to stdout. */
export function createProgress(): Progress {
  const { stderr } = process;
  let lastRound = '';
  const clear = (): void => {
    if (stderr.isTTY) stderr.write('\r\u001b[K');
  };
  return {
    say(line) {
      clear();
      stderr.write(`${line}\n`);
    },
    show(line) {
      if (stderr.isTTY) {
        clear();
        stderr.write(line);
        return;
      }
      const [round = ''] = line.split('  ');
      if (round !== lastRound) stderr.write(`${round}\n`);
      lastRound = round;
    },
    clear,
  };
}
