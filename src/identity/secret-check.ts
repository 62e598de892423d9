import { timingSafeEqual } from 'node:crypto';

/** As many bytes are copied and compared at least, so that their number tells nothing of a shorter secret. */
const leastBytes = 256;

/** Tells whether a text is `secret`, in a time that tells nothing of where, or by what length, the two differ. */
export function createSecretCheck(secret: string): (given: string) => boolean {
  const length = Buffer.byteLength(secret);
  const expected = Buffer.alloc(Math.max(leastBytes, length));
  expected.write(secret);
  const compared = Buffer.alloc(expected.length);
  return (given) => {
    compared.fill(0);
    compared.write(given);
    const isAlike = timingSafeEqual(compared, expected);
    return isAlike && Buffer.byteLength(given) === length;
  };
}
