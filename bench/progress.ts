/** Tells a person what is going on. */
export interface Progress {
  /** A line that stays. */
  say(line: string): void;
  /** What is going on right now: on a terminal one line that changes, elsewhere a line a round. */
  show(line: string): void;
  clear(): void;
}

/** Writes to stderr: what was found out goes to stdout. */
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
