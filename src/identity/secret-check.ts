import { timingSafeEqual } from 'node:crypto';

/** Fewer bytes are never compared, so that the time does not reveal the length of a shorter secret. */
const leastBytes = 256;

/** Returns a constant-time check for `secret`: its time reveals neither where nor by what length a text differs. */
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

/** The same for several secrets. Compares each of them, so that the time does not reveal which one matched. */
export function createSecretsCheck(secrets: readonly string[]): (given: string) => boolean {
  const checks = secrets.map(createSecretCheck);
  return (given) => checks.filter((isSecret) => isSecret(given)).length > 0;
}
