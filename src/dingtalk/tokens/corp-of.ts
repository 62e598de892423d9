import type { Application } from '../../domain/application.ts';

/**
 * The organization that pays for the calls of a viewer of `corpId`, and whose token they use. Undefined for an internal
 * application, which has one token, and for a viewer without an organization where none is configured.
 */
export type CorpOf = (corpId: string | undefined) => string | undefined;

/** Far above the organizations that one gateway serves; a bound all the same. */
export const maxOrganizations = 10_000;

export const createCorpOf =
  (app: Application): CorpOf =>
  (corpId) =>
    app.kind === 'internal' ? undefined : (corpId ?? app.corpId);
