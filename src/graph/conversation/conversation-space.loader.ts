import type DataLoader from 'dataloader';
import type { LoaderDependencies } from '../loading/loader-dependencies.ts';
import { createLookupLoader } from '../loading/lookup-loader.ts';
import { conversationSpaceEndpoint } from './conversation-space.endpoint.ts';
import type { Space } from '../space/space.type.ts';

export type ConversationSpaceLoader = DataLoader<string, Space>;

/** Spaces by `openConversationId`. */
export const createConversationSpaceLoader = (dependencies: LoaderDependencies): ConversationSpaceLoader =>
  createLookupLoader(dependencies, conversationSpaceEndpoint, (openConversationId) => ({
    openConversationId,
  }));
