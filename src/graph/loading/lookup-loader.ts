import DataLoader from 'dataloader';
import type { Endpoint } from '../../domain/endpoint.ts';
import type { LoaderDependencies } from './loader-dependencies.ts';

/**
 * Answers of `endpoint` by id, each asked for once a request. The distinct ids of one tick go out together; one
 * that fails fails alone.
 */
export function createLookupLoader<Input, Answer>(
  { lookups, viewer, waiting, onLookupEnded }: LoaderDependencies,
  endpoint: Endpoint<Input, Answer>,
  inputOf: (id: string) => Input,
): DataLoader<string, Answer> {
  return new DataLoader((ids) =>
    Promise.all(
      ids.map((id) =>
        lookups
          .find(
            endpoint,
            inputOf(id),
            viewer,
            waiting,
            onLookupEnded && ((lookup) => onLookupEnded(id, lookup)),
          )
          .catch((error: unknown) => (error instanceof Error ? error : new Error('unknown failure'))),
      ),
    ),
  );
}
