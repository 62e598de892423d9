import { hash, type BinaryToTextEncoding } from 'node:crypto';

interface Hash {
  update(text: string): Hash;
  digest(encoding: BinaryToTextEncoding): string;
}

/**
 * What Apollo Server asks of `@apollo/utils.createhash`, which looks up Node's module and makes an object of it for
 * every operation: at once it takes a tenth of that.
 */
export function createHash(algorithm: string): Hash {
  const texts: string[] = [];
  return {
    update(text) {
      texts.push(text);
      return this;
    },
    digest: (encoding) => hash(algorithm, texts.join(''), encoding),
  };
}
