// Written by `npm run schema` from the schema: change that, not this.

/** The fields that identify an object of each type; null where it is part of its parent. */
export const keyFields = {
  "Conversation": [
    "openConversationId"
  ],
  "Space": [
    "spaceId"
  ],
  "DentryConnection": null,
  "DentryEdge": null,
  "Dentry": [
    "spaceId",
    "dentryId"
  ],
  "Thumbnail": null,
  "PreviewLink": null,
  "Download": null,
  "HttpHeader": null,
  "PageInfo": null,
  "SpacePartition": null
} as const;

/** The lists with cursors, and the arguments that tell two of them apart. */
export const lists = {
  "Space": {
    "dentries": [
      "orderBy",
      "parentId"
    ]
  },
  "Dentry": {
    "children": [
      "orderBy"
    ]
  }
} as const;

/** The fields of `Query` that are null only with an error. */
export const nullIsFailure = [
  "conversation",
  "conversationByChatId",
  "conversationSpace",
  "dentry",
  "space"
] as const;
