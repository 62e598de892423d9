import type DataLoader from 'dataloader';
import type { LoaderDependencies } from '../loader-dependencies.ts';
import { createLookupLoader } from '../lookup-loader.ts';
import { conversationSpaceEndpoint } from './conversation-space.endpoint.ts';
import type { Space } from './space.type.ts';

export type ConversationSpaceLoader = DataLoader<string, Space>;

/** Spaces by `openConversationId`. */
export const createConversationSpaceLoader = (dependencies: LoaderDependencies): ConversationSpaceLoader =>
  createLookupLoader(dependencies, conversationSpaceEndpoint, (openConversationId) => ({
    openConversationId,
  }));
