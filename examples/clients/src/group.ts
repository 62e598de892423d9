/** Where the gateway is, and what it asks of its clients, such as `authorization`. */
export interface Gateway {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface GroupAnswer {
  readonly conversationSpace: { readonly spaceId: string; readonly corpId: string } | null;
}

export interface GroupVariables {
  readonly group: string;
  /** Some clients want them to be a map. */
  readonly [name: string]: unknown;
}

export const text = `
  query Group($group: ID!) {
    conversationSpace(openConversationId: $group) {
      spaceId
      corpId
    }
  }
`;
