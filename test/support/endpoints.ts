import { conversationSpaceEndpoint } from '../../src/graph/conversation/conversation-space.endpoint.ts';
import { storageSpaceEndpoint } from '../../src/graph/space/storage-space.endpoint.ts';

/** Every endpoint that a lookup asks. */
export const endpoints = [conversationSpaceEndpoint, storageSpaceEndpoint];
