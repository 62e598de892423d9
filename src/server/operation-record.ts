import type { GraphQLFormattedError, OperationDefinitionNode } from 'graphql';
import { LookupTally } from '../graph/loading/lookup-tally.ts';
import type { ErrorLevel } from '../observability/error-log.ts';
import { refusalIn, type Refused } from './refusal.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `/graphql` where requests are logged. */
    operation?: OperationRecord;
  }
}

/** Names may have 256 characters. */
const maxNameLength = 64;
/** Enough of the SHA-256 to find a document by. */
const hashLength = 16;

/** How often each code stands in `errors`. */
export type CodeCounts = Record<string, number>;

interface OperationAnswer {
  /** Of the document's text, in hexadecimal digits. */
  readonly queryHash: string | undefined;
  readonly operation: OperationDefinitionNode | undefined;
  readonly data: unknown;
  readonly errors: readonly GraphQLFormattedError[];
}

/** What the log line of one GraphQL request says of its operation. */
export class OperationRecord {
  readonly tally = new LookupTally();
  /** Null for an anonymous operation, and where the document has none that could be chosen. */
  name: string | null = null;
  type: string | null = null;
  document: string | null = null;
  /** Of a persisted document. */
  documentId: string | undefined;
  codes: CodeCounts | undefined;
  /** Why nothing was executed. */
  refused: Refused | undefined;
  /** Errors, and not one value beside them. */
  isFailed = false;
  /** The most urgent level of the errors. */
  level: ErrorLevel = 'debug';

  answered({ queryHash, operation, data, errors }: OperationAnswer): void {
    this.document = queryHash?.slice(0, hashLength) ?? null;
    if (operation) {
      this.name = operation.name?.value.slice(0, maxNameLength) ?? null;
      this.type = operation.operation;
    }
    if (errors.length === 0) return;
    this.codes = countCodes(errors);
    if (data === undefined) this.refused = refusalIn(errors);
    else this.isFailed = !hasValue(data);
  }
}

function countCodes(errors: readonly GraphQLFormattedError[]): CodeCounts {
  const counts: CodeCounts = {};
  for (const { extensions } of errors) {
    const code = String(extensions?.['code']);
    // The last entry stands for all those that are not listed.
    const count = typeof extensions?.['omitted'] === 'number' ? extensions['omitted'] : 1;
    counts[code] = (counts[code] ?? 0) + count;
  }
  return counts;
}

/** Whether an answer holds anything but nulls. As long as its first value is deep: an answer has few levels. */
function hasValue(data: unknown): boolean {
  if (Array.isArray(data)) return data.length === 0 || data.some(hasValue);
  if (typeof data === 'object' && data !== null) return Object.values(data).some(hasValue);
  return data !== null;
}
