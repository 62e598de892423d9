import { parseArgs } from 'node:util';

export interface SoakArguments {
  readonly minutes: number;
  readonly requestsPerSecond: number;
  /** The file for the table, which is printed too. */
  readonly out: string | undefined;
  readonly redis: boolean;
  /** The file for a picture of the dashboard. */
  readonly dashboard: string | undefined;
}

export const usage =
  'npm run soak -- [--minutes 10] [--rate 60] [--redis] [--out docs/soak.md] [--dashboard soak.png]';

/** Reads the command line. Throws an error that says what to correct. */
export function readArguments(args: readonly string[]): SoakArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '10' },
      rate: { type: 'string', default: '60' },
      out: { type: 'string' },
      redis: { type: 'boolean', default: false },
      dashboard: { type: 'string' },
    },
  });
  return {
    minutes: numberBetween('--minutes', values.minutes, 0.1, 1440),
    requestsPerSecond: numberBetween('--rate', values.rate, 1, 1000),
    out: values.out,
    redis: values.redis,
    dashboard: values.dashboard,
  };
}

function numberBetween(name: string, text: string, from: number, to: number): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= from && value <= to)) {
    throw new Error(`${name} must be a number from ${from} to ${to}, not "${text}"`);
  }
  return value;
}
