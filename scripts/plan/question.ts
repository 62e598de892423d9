import { parseArgs } from 'node:util';

/** The use to plan for, and how long an answer is fresh. */
export interface Question {
  /** People who open groups, of all organizations. */
  readonly users: number;
  /** All groups. */
  readonly groups: number;
  /** Those of a third-party application: each has its month and its pace. */
  readonly organizations: number;
  /** Processes of the gateway. */
  readonly replicas: number;
  /** How often one person opens a group on a working day. */
  readonly opensPerDay: number;
  /** `CACHE_TTL_MS`. */
  readonly ttlMs: number;
  /** `CACHE_STALE_MS`: how long after that an answer is served stale while it is revalidated. */
  readonly staleMs: number;
  /** Groups that one person opens again and again. */
  readonly groupsPerUser: number;
  /** The share of people who ask as themselves; the others share one operator, and so one cache entry a group. */
  readonly viewerShare: number;
  /** CPU time of one open in the gateway, by measurement. */
  readonly cpuMsPerOpen: number;
  /** Memory of one entry of the cache, by measurement. */
  readonly bytesPerEntry: number;
}

/** A command line that cannot be followed; the message says what can. */
export class PlanUsageError extends Error {}

interface Rule {
  readonly meaning: string;
  readonly preset: number | undefined;
  readonly from: number;
  readonly to: number;
  readonly whole: boolean;
}

const dayMs = 86_400_000;
const whole = (meaning: string, from: number, to: number, preset?: number): Rule => ({
  meaning,
  preset,
  from,
  to,
  whole: true,
});
const share = (meaning: string, from: number, to: number, preset: number): Rule => ({
  meaning,
  preset,
  from,
  to,
  whole: false,
});

/** The options of the command line, by name. */
export const rules = {
  users: whole('people who open groups, of all organizations', 1, 10_000_000),
  groups: whole('groups that there are', 1, 10_000_000),
  'opens-per-day': whole('groups that one person opens on a working day', 1, 10_000),
  ttl: whole('CACHE_TTL_MS, in milliseconds', 0, dayMs),
  stale: whole('CACHE_STALE_MS, in milliseconds', 0, dayMs, 600_000),
  organizations: whole('organizations of a third-party application', 1, 100_000, 1),
  replicas: whole('processes of the gateway', 1, 1000, 1),
  'groups-per-user': whole('groups that one person opens again and again', 1, 100_000, 20),
  'viewer-share': share('share of people who ask as themselves; the others share one operator', 0, 1, 1),
  'cpu-ms': share('CPU time of one open in the gateway', 0.001, 1000, 1),
  'entry-bytes': whole('memory of one cache entry', 1, 1_000_000, 1024),
} as const satisfies Record<string, Rule>;

type Name = keyof typeof rules;
const names = Object.keys(rules) as Name[];

/**
 * Reads the command line.
 *
 * @throws {PlanUsageError} that names the missing, unknown or invalid option, and the valid choices.
 */
export function readQuestion(words: readonly string[]): Question {
  const given = parse(words);
  const missing = names.filter((name) => rules[name].preset === undefined && given[name] === undefined);
  if (missing.length > 0) {
    throw new PlanUsageError(
      `${missing.map((name) => `--${name} (${rules[name].meaning})`).join(', ')} must be given`,
    );
  }
  const users = valueOf('users', given);
  const groups = valueOf('groups', given);
  const organizations = valueOf('organizations', given);
  if (organizations > Math.min(users, groups)) {
    throw new PlanUsageError(
      `--organizations must be at most ${Math.min(users, groups)}, as --users and --groups are those of all organizations and each has one at least`,
    );
  }
  return {
    users,
    groups,
    organizations,
    replicas: valueOf('replicas', given),
    opensPerDay: valueOf('opens-per-day', given),
    ttlMs: valueOf('ttl', given),
    staleMs: valueOf('stale', given),
    groupsPerUser: Math.min(groups, valueOf('groups-per-user', given)),
    viewerShare: valueOf('viewer-share', given),
    cpuMsPerOpen: valueOf('cpu-ms', given),
    bytesPerEntry: valueOf('entry-bytes', given),
  };
}

type Given = Readonly<Partial<Record<Name, string>>>;

function parse(words: readonly string[]): Given {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  try {
    return parseArgs({ args: [...words], options }).values;
  } catch (error) {
    const [problem = ''] = String(error instanceof Error ? error.message : error).split('. ');
    throw new PlanUsageError(`${problem}. It knows: ${names.map((name) => `--${name}`).join(', ')}`);
  }
}

function valueOf(name: Name, given: Given): number {
  const { preset, from, to, whole: isWhole }: Rule = rules[name];
  const text = given[name];
  if (text === undefined) return preset ?? NaN;
  const value = text.trim() === '' ? NaN : Number(text);
  if (!(value >= from && value <= to) || (isWhole && !Number.isInteger(value))) {
    const kind = isWhole ? 'a whole number' : 'a number';
    throw new PlanUsageError(`--${name} must be ${kind} from ${from} to ${to}, not "${text}"`);
  }
  return value;
}
