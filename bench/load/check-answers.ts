import { demoSpace } from '../../src/sandbox/demo-space.ts';
import { corpIdOf } from '../upstream/organizations.ts';
import { faultInFiles } from './check-files.ts';
import type { HttpAnswer } from './connection.ts';
import type { Dialect } from './dialect.ts';
import type { LookupOperation, Operation } from './operation.ts';

interface Body {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: unknown } }[];
}

/** Whether a viewer is refused an id. */
export type IsRefused = (viewer: number, id: string) => boolean;

/** Describes the first fault in the answers to an operation; undefined if all are right. */
export const faultIn = (
  operation: Operation,
  answers: readonly HttpAnswer[],
  dialect: Dialect,
  isRefused: IsRefused,
  refusalCode?: string,
): string | undefined =>
  operation.kind === 'page' || operation.kind === 'files'
    ? faultInFiles(operation, answers, dialect)
    : faultInLookups(operation, answers, dialect, isRefused, refusalCode);

/**
 * Every id must have its own space. A viewer without access must get an error, with `refusalCode` if the target
 * promises one.
 */
function faultInLookups(
  operation: LookupOperation,
  answers: readonly HttpAnswer[],
  dialect: Dialect,
  isRefused: IsRefused,
  refusalCode?: string,
): string | undefined {
  const found: unknown[] = [];
  let errors = 0;
  for (const { status, body } of answers) {
    let parsed: Body;
    try {
      parsed = JSON.parse(body) as Body;
    } catch {
      return `HTTP ${status} with a body that is no JSON: ${body.slice(0, 200)}`;
    }
    if (parsed.data === undefined || parsed.data === null) {
      // An error instead of an answer is right only for a single lookup that is refused.
      if (operation.ids.length > 1 || parsed.errors === undefined) return shorten(status, body);
      found.push(null);
    } else {
      found.push(...spacesIn(parsed.data));
    }
    for (const { extensions } of parsed.errors ?? []) {
      if (refusalCode === undefined || extensions?.code === refusalCode) errors += 1;
    }
  }
  if (found.length !== operation.ids.length)
    return `${found.length} answers to ${operation.ids.length} questions`;
  let refused = 0;
  for (const [at, id] of operation.ids.entries()) {
    const space = dialect === 'mesh' ? unwrapped(found[at]) : found[at];
    if (isRefused(operation.viewer, id)) {
      refused += 1;
      if (space !== null && space !== undefined)
        return `viewer ${operation.viewer} got ${id}, which is refused to them`;
    } else if (!isSpaceOf(id, space, operation.organization)) {
      return `viewer ${operation.viewer} asked for ${id} and got ${JSON.stringify(space)}: ${shorten(answers[0]?.status ?? 0, answers[0]?.body ?? '')}`;
    }
  }
  return errors < refused
    ? `${refused} refusals and ${errors} errors of ${refusalCode ?? 'any code'}`
    : undefined;
}

const shorten = (status: number, body: string): string => `HTTP ${status} ${body.slice(0, 300)}`;

function spacesIn({ _entities: entities, ...fields }: Record<string, unknown>): unknown[] {
  if (!Array.isArray(entities)) return Object.values(fields);
  return entities.map((entity: { readonly space: unknown } | null) => entity?.space);
}

const unwrapped = (found: unknown): unknown => (found as { space?: unknown } | null)?.space ?? null;

function isSpaceOf(id: string, space: unknown, organization = 0): boolean {
  if (typeof space !== 'object' || space === null) return false;
  const { spaceId, corpId, createTime, modifiedTime } = space as Record<string, unknown>;
  const expected = demoSpace(id, corpIdOf(organization));
  return (
    spaceId === expected.spaceId &&
    corpId === expected.corpId &&
    isSameTime(createTime, expected.createTime) &&
    isSameTime(modifiedTime, expected.modifiedTime)
  );
}

/** Targets write times in different forms. */
const isSameTime = (time: unknown, expected: string): boolean =>
  typeof time === 'string' && Date.parse(time) === Date.parse(expected);
