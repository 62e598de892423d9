import { CombinedGraphQLErrors } from '@apollo/client/errors';

/** Why something failed. `code` decides what to do, never the message. */
export interface Problem {
  /** The gateway's `extensions.code`, or `NO_GATEWAY` where it did not answer. */
  readonly code: string;
  readonly message: string;
  /** Whether a later attempt may succeed. */
  readonly retryable: boolean;
  /** How long to wait before it. */
  readonly retryAfterMs: number;
  /** The argument that is wrong, where it is known. */
  readonly argument?: string;
}

interface GraphQLFailure {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** The failure of the whole question; undefined where only rows have lost a field, such as a thumbnail. */
export function problemOf(error: unknown): Problem | undefined {
  if (error === undefined || error === null) return undefined;
  if (!CombinedGraphQLErrors.is(error)) {
    const message = error instanceof Error ? error.message : 'No answer';
    return { code: 'NO_GATEWAY', message, retryable: true, retryAfterMs: 0 };
  }
  const failures: readonly GraphQLFailure[] = error.errors;
  const failure = failures.find(({ path, extensions }) => {
    const ofRow = path?.includes('edges') ?? false;
    return !ofRow && extensions?.['code'] !== 'ERRORS_OMITTED';
  });
  return failure && toProblem(failure);
}

/** One entry of `errors`, of GraphQL or of `/session`. */
export function toProblem({ message, extensions = {} }: GraphQLFailure): Problem {
  const { code, retryable, retryAfterMs, argument } = extensions;
  return {
    code: typeof code === 'string' ? code : 'UNKNOWN',
    message,
    retryable: retryable === true,
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : 0,
    ...(typeof argument === 'string' && { argument }),
  };
}

/** The list has changed or the cursor is too old: only the first page can be asked for. */
export const isLapsedCursor = ({ code, argument }: Problem): boolean =>
  code === 'BAD_USER_INPUT' && argument === 'after';
