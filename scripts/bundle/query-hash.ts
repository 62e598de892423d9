import { hash, type BinaryToTextEncoding } from 'node:crypto';
import { LRUCache } from 'lru-cache';

interface Hash {
  update(text: string): Hash;
  digest(encoding: BinaryToTextEncoding): string;
}

const maxKept = 500;
/** Longer ones are seldom sent twice, and take little longer to hash than all else that they cost. */
const longestKept = 4096;
const kept = new LRUCache<string, string>({
  max: maxKept,
  memoMethod: (text) => hash('sha256', text, 'hex'),
});

/**
 * What Apollo Server asks of `@apollo/utils.createhash`, which looks up Node's module and makes an object of it for
 * every operation, to hash a text that it has most likely hashed a moment ago.
 */
export function createHash(algorithm: string): Hash {
  let text = '';
  return {
    update(part) {
      text += part;
      return this;
    },
    digest(encoding) {
      const isKept = algorithm === 'sha256' && encoding === 'hex' && text.length <= longestKept;
      return isKept ? kept.memo(text) : hash(algorithm, text, encoding);
    },
  };
}
