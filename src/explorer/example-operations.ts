/** An operation that the explorer opens in a tab with the operation's name. */
export interface ExampleOperation {
  readonly name: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, string>>;
}

const welcome: ExampleOperation = {
  name: 'Welcome',
  query: `# Welcome. This is the SANDBOX: a stand-in for
# DingTalk inside the gateway, which costs nothing.
# Run this tab (Ctrl+Enter) and the others, then try
# other ids. As openConversationId:
# - cid9FTRQSLo+sKxxxx: DingTalk's own example
# - cid.demo.<anything>: a made-up group
# - cid.demo.big: a group with 10,000 files
# - cid.<code>, such as cid.permissionDenied: that error
# As chatId:
# - chat9FTRQSLo: the group of the example
# As spaceId and dentryId:
# - 798xxxxx: the space of the example
# - 1001: a folder in it, 2001: a document,
#   2008: an archived file, 2009: a file with a virus
query Welcome($group: ID!) {
  conversation(openConversationId: $group) {
    openConversationId
    space {
      spaceId
      name
    }
  }
}
`,
  variables: { group: 'cid9FTRQSLo+sKxxxx' },
};

const exampleSpace: ExampleOperation = {
  name: 'ExampleSpace',
  query: `# The file space of one group chat: the example
# of DingTalk's own API page.
# Expect space 798xxxxx.
query ExampleSpace($id: ID!) {
  conversationSpace(openConversationId: $id) {
    spaceId
    corpId
    createTime
    modifiedTime
  }
}
`,
  variables: { id: 'cid9FTRQSLo+sKxxxx' },
};

const groupFiles: ExampleOperation = {
  name: 'GroupFiles',
  query: `# A group's files, two levels deep.
# Expect seven rows, two of them folders, and one
# error: a file with a virus has no thumbnail.
query GroupFiles($group: ID!) {
  conversation(openConversationId: $group) {
    space {
      spaceId
      corpId
      dentries(first: 50) {
        nodes {
          ...Row
          children(first: 50) {
            nodes {
              ...Row
            }
            pageInfo {
              hasNextPage
            }
          }
        }
        pageInfo {
          hasNextPage
        }
      }
    }
  }
}

fragment Row on Dentry {
  dentryId
  type
  name
  extension
  size
  modifiedTime
  thumbnail {
    url
  }
}
`,
  variables: { group: 'cid9FTRQSLo+sKxxxx' },
};

const fiftyFiles: ExampleOperation = {
  name: 'FiftyFiles',
  query: `# Fifty files of ten thousand, with thumbnails.
# Expect four calls: space, page, and thirty
# thumbnails a call. For the next page pass
# endCursor as the argument "after".
query FiftyFiles($group: ID!) {
  conversation(openConversationId: $group) {
    space {
      dentries(first: 50, orderBy: { field: NAME, direction: ASC }) {
        nodes {
          dentryId
          name
          size
          category
          thumbnail {
            url
            width
            height
          }
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
  variables: { group: 'cid.demo.big' },
};

const openFile: ExampleOperation = {
  name: 'OpenFile',
  query: `# One file, a link that opens it, and how to
# download it: GET the url with these headers.
query OpenFile($spaceId: ID!, $dentryId: ID!) {
  dentry(spaceId: $spaceId, dentryId: $dentryId) {
    name
    path
    size
    parent {
      name
    }
    preview(watermark: true) {
      url
      hasWatermark
    }
    download {
      urls
      headers {
        name
        value
      }
      expiresAt
    }
  }
}
`,
  variables: { spaceId: '798xxxxx', dentryId: '2001' },
};

const partialFailure: ExampleOperation = {
  name: 'PartialFailure',
  query: `# One group that exists beside one that does not.
# Expect the data of the good one, null for the
# missing one, and one error with the code
# CONVERSATION_NOT_FOUND.
query PartialFailure($good: ID!, $missing: ID!) {
  good: conversationSpace(openConversationId: $good) {
    __typename
    spaceId
    corpId
  }
  missing: conversationSpace(openConversationId: $missing) {
    __typename
    spaceId
    corpId
  }
}
`,
  variables: { good: 'cid9FTRQSLo+sKxxxx', missing: 'cid.conversationNotExist' },
};

/** One id of the stand-in for every error that an id alone can cause, by public code in camelCase. */
const failingIds = {
  badUserInput: 'cid.paramError',
  forbidden: 'cid.permissionDenied',
  crossOrganizationForbidden: 'cid.acrossOrgAccessForbidden',
  conversationNotFound: 'cid.conversationNotExist',
  upstreamUnavailable: 'cid.systemError',
  rateLimited: 'cid.Forbidden.AccessDenied.QpsLimitForApi',
  quotaExhausted: 'cid.Forbidden.AccessDenied.ApiCountLimitForOrg',
  gatewayMisconfigured: 'cid.Forbidden.AccessDenied.AccessTokenPermissionDenied',
  upstreamMalformedResponse: 'cid.noSpace',
};

/** The explorer's tabs in the sandbox, in order. Their ids are the stand-in's, so each works without DingTalk. */
export const exampleOperations: readonly [ExampleOperation, ...ExampleOperation[]] = [
  welcome,
  exampleSpace,
  groupFiles,
  fiftyFiles,
  openFile,
  fiftyAliases(),
  partialFailure,
  oneOfEachError(),
];

function fiftyAliases(): ExampleOperation {
  const numbers = Array.from({ length: 25 }, (_, index) => String(index + 1).padStart(2, '0'));
  const declarations = numbers.map((number) => `$id${number}: ID!`);
  const rows = [0, 5, 10, 15, 20].map((start) => declarations.slice(start, start + 5).join(', '));
  const fields = ['first', 'again'].flatMap((turn) =>
    numbers.map(
      (number) => `${turn}${number}: conversationSpace(openConversationId: $id${number}) { spaceId }`,
    ),
  );
  return {
    name: 'FiftyAliases',
    query: `# Fifty aliases of twenty-five groups at once.
# Expect fifty answers for twenty-five calls,
# paced to DingTalk's limit.
${writeOperation('FiftyAliases', rows, fields)}`,
    variables: Object.fromEntries(numbers.map((number) => [`id${number}`, `cid.demo.${number}`])),
  };
}

function oneOfEachError(): ExampleOperation {
  const aliases = Object.keys(failingIds);
  const declarations = aliases.map((alias) => `$${alias}: ID!`);
  const fields = aliases.map(
    (alias) => `${alias}: conversationSpace(openConversationId: $${alias}) { spaceId }`,
  );
  return {
    name: 'OneOfEachError',
    query: `# One of each error that a group can answer with.
# Expect null for every alias, and under "errors"
# the code that the alias is named after.
${writeOperation('OneOfEachError', declarations, fields)}`,
    variables: failingIds,
  };
}

function writeOperation(name: string, declarations: readonly string[], fields: readonly string[]): string {
  return [`query ${name}(`, ...declarations.map(indent), ') {', ...fields.map(indent), '}', ''].join('\n');
}

function indent(line: string): string {
  return `  ${line}`;
}
