import { conversationSpace } from './conversation/conversation-space.operation.ts';
import { storageSpace } from './space/storage-space.operation.ts';

/** Every operation of the graph, by the name of its loader. */
export const operations = { conversationSpace, storageSpace } as const;
