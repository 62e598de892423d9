/** Which operator may not read what, by the id of a conversation, a chat, a space, a file or a folder. */
export interface AccessRules {
  deny(unionId: string, id: string): void;
  allow(unionId: string, id: string): void;
  isDenied(unionId: string, id: string): boolean;
}

/** Rules that deny nothing yet. */
export function createAccessRules(): AccessRules {
  const denied = new Set<string>();

  return {
    deny(unionId, id) {
      denied.add(keyOf(unionId, id));
    },
    allow(unionId, id) {
      denied.delete(keyOf(unionId, id));
    },
    isDenied(unionId, id) {
      return denied.size > 0 && denied.has(keyOf(unionId, id));
    },
  };
}

const keyOf = (unionId: string, id: string): string => JSON.stringify([unionId, id]);
