/** Which operator may not read which group's space. */
export interface AccessRules {
  deny(unionId: string, openConversationId: string): void;
  allow(unionId: string, openConversationId: string): void;
  isDenied(unionId: string, openConversationId: string): boolean;
}

function keyOf(unionId: string, openConversationId: string): string {
  return JSON.stringify([unionId, openConversationId]);
}

/** Rules by which everybody may read everything, until told otherwise. */
export function createAccessRules(): AccessRules {
  const denied = new Set<string>();

  return {
    deny(unionId, openConversationId) {
      denied.add(keyOf(unionId, openConversationId));
    },
    allow(unionId, openConversationId) {
      denied.delete(keyOf(unionId, openConversationId));
    },
    isDenied(unionId, openConversationId) {
      return denied.size > 0 && denied.has(keyOf(unionId, openConversationId));
    },
  };
}
