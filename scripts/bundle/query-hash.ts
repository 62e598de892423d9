import { hash, type BinaryToTextEncoding } from 'node:crypto';
import { LRUCache } from 'lru-cache';

interface Hash {
  update(text: string): Hash;
  digest(encoding: BinaryToTextEncoding): string;
}

const maxKept = 500;
/** Longer ones are seldom sent twice, and take little longer to hash than all else that they cost. */
const longestKept = 4096;
const kept = new LRUCache<string, string>({ max: maxKept });

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
      if (algorithm !== 'sha256' || encoding !== 'hex' || text.length > longestKept) {
        return hash(algorithm, text, encoding);
      }
      const known = kept.get(text);
      if (known !== undefined) return known;
      const made = hash(algorithm, text, encoding);
      kept.set(text, made);
      return made;
    },
  };
}
