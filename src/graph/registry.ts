import { conversationSpace } from './conversation/conversation-space.operation.ts';
import type { Operation } from './operation.ts';
import { storageSpace } from './space/storage-space.operation.ts';

/** Every operation of the graph. */
export const operations: readonly Operation[] = [conversationSpace, storageSpace];
