import type { Config } from '../config/config.ts';
import type { Problem } from '../config/read-config.ts';
import { PersistedDocumentsError } from '../graph/documents/persisted-documents.ts';
import { createSchema } from '../graph/schema.ts';
import { readDocuments } from '../server/graphql/configured-documents.ts';

/** What is wrong with the persisted documents. */
export async function checkDocuments(config: Config): Promise<readonly Problem[]> {
  try {
    readDocuments(config, await createSchema());
    return [];
  } catch (error) {
    return documentProblems(error);
  }
}

/** The problems of a {@link PersistedDocumentsError}. Throws every other error. */
export function documentProblems(error: unknown): readonly Problem[] {
  if (!(error instanceof PersistedDocumentsError)) throw error;
  return error.problems.map((message) => ({ variable: 'PERSISTED_DOCUMENTS', message }));
}
