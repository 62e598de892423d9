import { conversation } from './conversation/conversation.operation.ts';
import { dentry } from './dentry/dentry.operation.ts';
import type { Operation } from './operation.ts';
import { space } from './space/space.operation.ts';

/** Every operation of the graph. */
export const operations: readonly Operation[] = [conversation, space, dentry];
