/** The waits of this process, in milliseconds. */
const waitsMs: number[] = [];

/** Waits until the test says that the time is over. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  waitsMs.push(ms);
  return new Promise((resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    process.once('message', () => resolve());
    process.send?.({ waitMs: ms });
  });
}

/** Hands the signal over, and waits until it is aborted. */
export const untilAborted =
  (onWait: (signal: AbortSignal | undefined) => void) =>
  (_ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      onWait(signal);
    });

/** Runs the scenario that the test names, and sends its result and the waits. */
export async function runNamed(
  scenarios: Readonly<Record<string, (endpoint: string) => Promise<unknown>>>,
): Promise<void> {
  const [endpoint = '', name = ''] = process.argv.slice(2);
  const scenario = scenarios[name];
  if (!scenario) throw new Error(`There is no scenario ${name}`);
  const result = await scenario(endpoint);
  process.send?.({ result, waitsMs }, () => process.disconnect());
}
