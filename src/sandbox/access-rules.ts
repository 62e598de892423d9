/** Which operator may not read which group's space, or which space by its own id. */
export interface AccessRules {
  deny(unionId: string, id: string): void;
  allow(unionId: string, id: string): void;
  isDenied(unionId: string, id: string): boolean;
}

function keyOf(unionId: string, id: string): string {
  return JSON.stringify([unionId, id]);
}

/** Rules by which everybody may read everything, until told otherwise. */
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
