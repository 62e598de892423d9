import type { Topology } from './redis-address.ts';
import { isErrorReply } from './replies.ts';

/** An error reply that other commands would get as well: Redis answers, but does not serve this process. */
export interface Refusal {
  /** Redis's first word, or a few words for the replies that begin with `ERR`. For the log. */
  readonly reason: string;
  readonly remedy: string | undefined;
  /** Whether a new connection may lead to a server that serves. */
  readonly leadsElsewhere: boolean;
}

/** Replies that begin with `ERR`, and Redis's words for them inside a script. */
const phrases: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/DB index is out of range|SELECT is not allowed/i, 'SELECT'],
  [/max number of clients reached/i, 'max number of clients reached'],
  [/executing the script can't (?!publish)|ACL failure in script/i, 'NOPERM'],
  [/unknown (?:sub)?command|unsupported|not support|not allowed in|disabled/i, 'unknown command'],
];

/** About what one command was given, and not about Redis. */
const ofOneCommand: readonly string[] = ['ERR', 'WRONGTYPE', 'NOSCRIPT'];
/** Another server takes the place of this one, or did already. */
const ofAnotherServer: readonly string[] = ['READONLY', 'MASTERDOWN', 'NOAUTH'];
const ofClusters: readonly string[] = ['MOVED', 'ASK', 'TRYAGAIN', 'CROSSSLOT', 'CLUSTERDOWN'];

const remedies: Readonly<Record<string, string>> = {
  READONLY:
    'REDIS_URL must lead to the primary, also after a failover: write redis+sentinel:// where there are Sentinels',
  MASTERDOWN:
    'REDIS_URL must lead to the primary, also after a failover: write redis+sentinel:// where there are Sentinels',
  NOPERM: 'give the user of REDIS_URL the permissions in docs/deployment.md#the-user-of-redis',
  NOAUTH: 'REDIS_URL needs a password',
  WRONGPASS: 'REDIS_URL has another user or password than Redis',
  SELECT: 'REDIS_URL names a database that this Redis does not have; a Cluster has number 0 alone',
  OOM: 'give Redis more maxmemory, and maxmemory-policy volatile-lru',
  'max number of clients reached': 'raise maxclients of Redis, or close connections of others',
  'unknown command':
    'REDIS_URL must lead to a Redis with scripts: write redis+sentinel:// for Sentinels; some proxies have none',
};
const remedyOfCluster = 'REDIS_URL leads to a node of a Cluster: write redis+cluster://';

/** Undefined for an error of one command alone, and for anything else than an error reply. */
export function refusalOf(error: Error, kind: Topology['kind']): Refusal | undefined {
  const reason = wordOf(error);
  if (reason === undefined || ofOneCommand.includes(reason)) return undefined;
  if (ofClusters.includes(reason)) {
    const isCluster = kind === 'cluster';
    return { reason, remedy: isCluster ? undefined : remedyOfCluster, leadsElsewhere: isCluster };
  }
  const leadsElsewhere = ofAnotherServer.includes(reason);
  return {
    reason,
    remedy: kind !== 'single' && leadsElsewhere ? undefined : remedies[reason],
    leadsElsewhere,
  };
}

/** The first word of an error reply; undefined for any other error. The rest of it may contain anything. */
export function wordOf(error: Error): string | undefined {
  const { message } = error;
  const isReply = isErrorReply(error) || /Last error: ERR max number of clients/.test(message);
  if (!isReply) return undefined;
  // Before version 7 Redis wrote the word after the line of the script.
  const word = /^(?:.*@user_script: ?\d+: )?-?([A-Z]{3,})\b/.exec(message)?.[1] ?? 'ERR';
  if (word !== 'ERR') return word;
  return phrases.find(([pattern]) => pattern.test(message))?.[1] ?? word;
}
