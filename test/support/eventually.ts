/** Waits until the condition holds, for a limited time. */
export async function eventually(isSo: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const giveUpAtMs = Date.now() + withinMs;
  while (!(await isSo())) {
    if (Date.now() > giveUpAtMs) throw new Error('What was waited for did not happen');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
