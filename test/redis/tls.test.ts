import { expect } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../scripts/support/free-port.ts';
import { systemClock } from '../../src/async/clock.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createRedis, type Redis } from '../../src/redis/redis.ts';
import { eventually } from '../support/eventually.ts';
import { testWithRedis as test } from '../support/redis-server.ts';
import { startNode } from '../support/redis-topologies.ts';
import { selfSigned, selfSignedForNames } from '../support/self-signed.ts';
import { readConfig } from '../support/read-config.ts';

interface Files extends AsyncDisposable {
  readonly cert: string;
  readonly key: string;
  readonly otherCert: string;
}

async function writeFiles(): Promise<Files> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gateway-redis-tls-'));
  const file = async (name: string, text: string): Promise<string> => {
    const to = path.join(folder, name);
    await writeFile(to, `${text}\n`);
    return to;
  };
  return {
    cert: await file('cert.pem', selfSigned.cert),
    key: await file('key.pem', selfSigned.key),
    otherCert: await file('other.pem', selfSignedForNames.cert),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

test.each(['rediss', 'rediss+cluster'])(
  '%s: a private authority and a client certificate, which Redis demands',
  async (scheme) => {
    await using files = await writeFiles();
    const tlsPort = await freePort();
    await using redis = await startNode(
      '--tls-port',
      String(tlsPort),
      '--tls-cert-file',
      files.cert,
      '--tls-key-file',
      files.key,
      '--tls-ca-cert-file',
      files.cert,
      '--tls-auth-clients',
      'yes',
    );
    const REDIS_URL = `${scheme}://127.0.0.1:${tlsPort}`;
    const withFiles = (environment: NodeJS.ProcessEnv): Setup => connect({ REDIS_URL, ...environment });
    const ca = { REDIS_CA_FILE: files.cert };
    using good = withFiles({ ...ca, REDIS_CERT_FILE: files.cert, REDIS_KEY_FILE: files.key });
    using foreign = withFiles({ REDIS_CA_FILE: files.otherCert });
    using nameless = withFiles(ca);

    await good.redis.opened(5000);
    await good.redis.insist((client) => client.set('key', 'value'), 5000);
    await eventually(() => foreign.reasons.length > 0 && nameless.reasons.length > 0);

    expect(await redis.ask('GET', 'key')).toBe('value');
    expect(good.reasons).toEqual([]);
    expect(foreign.reasons).toEqual(['DEPTH_ZERO_SELF_SIGNED_CERT']);
    expect(nameless.reasons).toEqual([expect.stringMatching(/^(?:ERR_SSL_|ECONNRESET|EPIPE)/)]);
  },
);

interface Setup extends Disposable {
  readonly redis: Redis;
  readonly reasons: readonly string[];
}

function connect(environment: NodeJS.ProcessEnv): Setup {
  const result = readConfig(environment);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const { redisUrl, redisTls } = result.config;
  const reasons: string[] = [];
  const log = createLogger('warn', { write: (line) => void reasons.push(JSON.parse(line).reason) });
  const redis = createRedis(redisUrl!, { log, clock: systemClock, tls: redisTls, slotKey: 'slot' });
  return { redis, reasons, [Symbol.dispose]: () => redis.close() };
}
