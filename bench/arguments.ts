import { parseArgs } from 'node:util';

/** The choices of the command line. */
export interface Choice {
  readonly mode: 'full' | 'quick' | 'scale' | 'replicas' | 'help';
  /** Names, in the order of turns. */
  readonly targets: readonly string[];
  readonly workloads: readonly string[];
  /** Rounds that count; one more runs before them. */
  readonly rounds: number;
  /** Whether rows whose middle half is wide get further ones: where no number was asked for. */
  readonly furtherRounds: boolean;
}

/** The available choices. */
export interface Menu {
  readonly targets: readonly string[];
  /** A name with a dash is a variant: the part before the dash names all variants. */
  readonly workloads: readonly string[];
}

/** An invalid command line; the message names the valid choices. */
export class UsageError extends Error {}

const quick = {
  targets: ['limit', 'limit-tls', 'gateway', 'gateway-tls', 'gateway-cache', 'gateway-redis'],
  workloads: ['W1-32', 'W2-0ms', 'W2-wave', 'W3', 'W4', 'W7'],
  rounds: 3,
};
const modes = ['quick', 'scale', 'replicas'] as const;
const fullRounds = 6;
const mostRounds = 1000;

/**
 * Reads the command line.
 *
 * @throws {UsageError} for an unknown argument.
 */
export function readArguments(words: readonly string[], menu: Menu): Choice {
  const values = parse(words);
  const chosenModes = modes.filter((name) => values[name] === true);
  if (chosenModes.length > 1) {
    throw new UsageError(`choose one of ${chosenModes.map((name) => `--${name}`).join(', ')}`);
  }
  const mode = values.help === true ? 'help' : (chosenModes[0] ?? 'full');
  const preset = mode === 'quick' ? quick : { ...menu, rounds: fullRounds };
  return {
    mode,
    // The limit always runs: everything is compared with it.
    targets: inOrder(menu.targets, [
      'limit',
      ...chosen('--target', values.target, menu.targets, preset.targets),
    ]),
    workloads: inOrder(
      menu.workloads,
      chosen('--workload', values.workload, menu.workloads, preset.workloads),
    ),
    rounds: readRounds(values.rounds) ?? preset.rounds,
    furtherRounds: values.rounds === undefined,
  };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        target: { type: 'string', multiple: true },
        workload: { type: 'string', multiple: true },
        rounds: { type: 'string' },
        quick: { type: 'boolean' },
        scale: { type: 'boolean' },
        replicas: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function chosen(
  option: string,
  lists: readonly string[] | undefined,
  known: readonly string[],
  preset: readonly string[],
): readonly string[] {
  if (lists === undefined) return preset;
  const names = lists.flatMap((list) => list.split(',')).map((name) => name.trim());
  return names.flatMap((name) => {
    const found = known.filter(
      (each) => each === name || (each.startsWith(`${name}-`) && /^W\d+$/.test(name)),
    );
    if (found.length === 0)
      throw new UsageError(`${option} knows no "${name}". It knows: ${known.join(', ')}`);
    return found;
  });
}

const inOrder = (known: readonly string[], names: readonly string[]): string[] =>
  known.filter((name) => names.includes(name));

function readRounds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > mostRounds) {
    throw new UsageError(`--rounds must be a whole number from 1 to ${mostRounds}`);
  }
  return rounds;
}
