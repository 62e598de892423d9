import type { ExampleOperation } from './example-operations.ts';

/** A tab for a live gateway, where calls count against the month's quota. */
export interface LiveOperation extends ExampleOperation {
  /** The most calls to DingTalk that the operation makes. */
  readonly calls: number;
}

const groupSpace = liveOperation({
  name: 'Welcome',
  calls: 1,
  says: [
    'Welcome. This gateway is LIVE: it asks DingTalk,',
    "and each call counts against the month's quota.",
    'Put the openConversationId of a group under',
    'Variables, then run. An empty id costs nothing.',
    'conversationByChatId takes a chatId instead.',
  ],
  operation: `query Welcome($group: ID!) {
  conversation(openConversationId: $group) {
    openConversationId
    space {
      spaceId
      createTime
    }
  }
}
`,
  variables: { group: '' },
});

const firstFiles = liveOperation({
  name: 'FirstFiles',
  calls: 2,
  says: [
    'Ten files of a group, by what they were changed last.',
    'A thumbnail for each would be one call more.',
  ],
  operation: `query FirstFiles($group: ID!) {
  conversation(openConversationId: $group) {
    space {
      spaceId
      dentries(first: 10) {
        nodes {
          dentryId
          type
          name
          size
          modifiedTime
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
}
`,
  variables: { group: '' },
});

const openFile = liveOperation({
  name: 'OpenFile',
  calls: 2,
  says: ['One file, and a link that opens it.', 'FirstFiles answers with both ids.'],
  operation: `query OpenFile($spaceId: ID!, $dentryId: ID!) {
  dentry(spaceId: $spaceId, dentryId: $dentryId) {
    name
    path
    preview {
      url
    }
  }
}
`,
  variables: { spaceId: '', dentryId: '' },
});

/** The tabs against DingTalk itself, in order: few, cheap, and none runs before someone writes an id. */
export const liveOperations: readonly [LiveOperation, ...LiveOperation[]] = [
  groupSpace,
  firstFiles,
  openFile,
];

interface LiveOperationParts extends Omit<LiveOperation, 'query'> {
  readonly says: readonly string[];
  readonly operation: string;
}

function liveOperation({ name, calls, says, operation, variables }: LiveOperationParts): LiveOperation {
  const cost = `Costs ${calls === 1 ? 'one call' : `${calls} calls`} at most, nothing while it is cached.`;
  const comment = [...says, cost].map((line) => `# ${line}\n`).join('');
  return { name, calls, query: comment + operation, variables };
}
