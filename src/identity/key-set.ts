import { createPublicKey, type KeyObject } from 'node:crypto';
import * as z from 'zod';
import { jwtAlgorithms, useOfKey } from '../domain/verification-key.ts';

/** The most keys that are tried for one token: a made-up one costs no more signature checks. */
const maxFitting = 8;
const maxProblems = 10;

/** The parts of a token's header that choose its keys. */
export interface TokenHeader {
  readonly alg?: string | undefined;
  readonly kid?: string | undefined;
}

/** Keys that can verify tokens. */
export interface KeySet {
  /** The number of usable keys. */
  readonly size: number;
  /** Why tokens of some keys are refused: at most ten phrases. */
  readonly problems: readonly string[];
  /**
   * The keys that may have signed a token, at most eight: those of its `kid` first, then those without a `kid`. A token
   * without a `kid` may be of every key.
   */
  fitting(header: TokenHeader): readonly KeyObject[];
}

interface VerificationKey {
  readonly key: KeyObject;
  readonly algorithms: readonly string[];
  readonly kid: string | undefined;
}

const keySetSchema = z.object({ keys: z.array(z.unknown()) });
const jwkSchema = z.looseObject({
  kty: z.string(),
  kid: z.string().optional().catch(undefined),
  alg: z.string().optional(),
  use: z.string().optional(),
  key_ops: z.array(z.unknown()).optional(),
});
type Jwk = z.output<typeof jwkSchema>;

/** Members of private and of secret keys. */
const privateMembers = ['d', 'k', 'priv'];

/** The set of keys without a `kid`: each fits every token of its algorithms. */
export function keySetOf(keys: readonly KeyObject[]): KeySet {
  return createKeySet(
    keys.map((key) => ({ key, algorithms: useOfKey(key).algorithms ?? [], kid: undefined })),
    [],
  );
}

/** Reads a JWK set. Keys that cannot verify tokens are passed over. @throws Error for anything else. */
export function readKeySet(body: unknown): KeySet {
  const parsed = keySetSchema.safeParse(body);
  if (!parsed.success) throw new Error('the answer is not a key set');
  const usable: VerificationKey[] = [];
  const problems: string[] = [];
  for (const jwk of parsed.data.keys) {
    const found = readKey(jwk);
    if (typeof found === 'string') problems.push(found);
    else if (found) usable.push(found);
  }
  return createKeySet(usable, problems);
}

/** The key, or a phrase for its problem. Undefined for a key with another purpose, such as encryption. */
function readKey(value: unknown): VerificationKey | string | undefined {
  const parsed = jwkSchema.safeParse(value);
  if (!parsed.success) return 'a key in a wrong form';
  const jwk = parsed.data;
  if (!isForTokens(jwk)) return undefined;
  // Published, so anyone can sign with it.
  if (privateMembers.some((name) => name in jwk)) return 'a private or secret key';
  const key = toKeyObject(jwk);
  if (!key) return 'a key that cannot be read';
  const { algorithms, problem } = useOfKey(key);
  if (problem !== undefined) return problem;
  const allowed = algorithms.filter((algorithm) => jwk.alg === undefined || jwk.alg === algorithm);
  return allowed.length === 0
    ? 'a key whose alg is that of another kind of key'
    : { key, algorithms: allowed, kid: jwk.kid };
}

const isForTokens = ({ alg, use, key_ops: operations }: Jwk): boolean =>
  (use === undefined || use === 'sig') &&
  (operations === undefined || operations.includes('verify')) &&
  (alg === undefined || jwtAlgorithms.includes(alg));

function toKeyObject(jwk: Jwk): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function createKeySet(keys: readonly VerificationKey[], passedOver: readonly string[]): KeySet {
  const problems = [...new Set([...passedOver, ...crowds(keys)])].slice(0, maxProblems);
  return {
    size: keys.length,
    problems,
    fitting({ alg = '', kid }) {
      const ofAlgorithm = keys.filter(({ algorithms }) => algorithms.includes(alg));
      const named = ofAlgorithm.filter((key) => key.kid === kid);
      const others = ofAlgorithm.filter(
        (key) => key.kid !== kid && (key.kid === undefined || kid === undefined),
      );
      return [...named, ...others].slice(0, maxFitting).map(({ key }) => key);
    },
  };
}

/** A problem for keys of the same algorithm and `kid` that are too many to be tried. */
function crowds(keys: readonly VerificationKey[]): string[] {
  const uses = keys.flatMap(({ algorithms, kid }) => algorithms.map((alg) => JSON.stringify([alg, kid])));
  return [...Map.groupBy(uses, (use) => use).values()]
    .filter(({ length }) => length > maxFitting)
    .map(({ length }) => `${length} keys with the same kid or none, of which only ${maxFitting} are tried`);
}
