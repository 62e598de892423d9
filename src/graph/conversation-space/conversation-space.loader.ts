import DataLoader from 'dataloader';
import type { LoaderDependencies } from '../loader-dependencies.ts';
import { conversationSpaceEndpoint } from './conversation-space.endpoint.ts';
import type { Space } from './space.type.ts';

export type ConversationSpaceLoader = DataLoader<string, Space>;

/**
 * Spaces by `openConversationId`, each asked for once a request. The distinct ids of one tick go out
 * together; one that fails fails alone.
 */
export function createConversationSpaceLoader(dependencies: LoaderDependencies): ConversationSpaceLoader {
  const { dingtalk, viewer, signal } = dependencies;
  return new DataLoader((ids) =>
    Promise.all(
      ids.map((openConversationId) =>
        dingtalk
          .call(conversationSpaceEndpoint, { openConversationId }, viewer, signal)
          .catch((error: unknown) => (error instanceof Error ? error : new Error('unknown failure'))),
      ),
    ),
  );
}
