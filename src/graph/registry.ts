import { conversationSpace } from './conversation-space/conversation-space.operation.ts';

/** Every operation of the graph, by the name of its loader. */
export const operations = { conversationSpace } as const;
