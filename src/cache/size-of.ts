/** An error holds the stack of where it was made. */
const errorBytes = 2048;
/** A value in an object or a list. */
const slotBytes = 8;
const textBytes = 24;

/** About what a value read from JSON takes in memory, all that it holds included. */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return textBytes + Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null) return 0;
  let bytes = value instanceof Error ? errorBytes : textBytes;
  for (const held of Object.values(value)) bytes += slotBytes + bytesOf(held);
  return bytes;
}
