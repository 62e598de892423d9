import type { PersistedDocumentsConfig, ViewerConfig } from './config.ts';
import type { Report } from './report.ts';
import type { Settings } from './variables.ts';

/** Reads the persisted documents. Reports what they shut out, where that is switched on. Undefined: there are none. */
export function documentRules(
  settings: Settings,
  viewer: ViewerConfig | undefined,
  report: Report,
): PersistedDocumentsConfig | undefined {
  const { PERSISTED_DOCUMENTS: documents, PERSISTED_DOCUMENTS_ONLY: only } = settings;
  if (only !== '1') return documents && { documents, only: false };
  // A router asks for entities, which no file needs to hold.
  if (documents === undefined && viewer?.kind !== 'router') {
    report('PERSISTED_DOCUMENTS', 'must be set with PERSISTED_DOCUMENTS_ONLY=1, which executes nothing else');
  }
  if (settings.IDE === 'on') {
    report(
      'IDE',
      'must not be on with PERSISTED_DOCUMENTS_ONLY=1, which executes nothing that is written in the explorer: remove one of the two',
    );
  }
  return { documents: documents ?? [], only: true };
}
