/** Far more than a test signs in. The oldest are forgotten first. */
const maxUsed = 10_000;

/** Remembers the codes that have been used. */
export function createOneTimeCodes(): (code: string) => boolean {
  const used = new Set<string>();
  return (code) => {
    if (used.has(code)) return false;
    const [oldest] = used;
    if (used.size >= maxUsed && oldest !== undefined) used.delete(oldest);
    used.add(code);
    return true;
  };
}
