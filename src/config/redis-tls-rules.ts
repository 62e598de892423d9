import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { RedisTlsConfig } from './config.ts';
import type { Report } from './report.ts';
import type { Settings } from './variables.ts';

const files = ['REDIS_CA_FILE', 'REDIS_CERT_FILE', 'REDIS_KEY_FILE'] as const;

/** Reads the certificates for Redis. Reports those that would not be used, or do not fit together. */
export function redisTlsRules(settings: Settings, report: Report): RedisTlsConfig | undefined {
  const { REDIS_URL: url, REDIS_CA_FILE: ca, REDIS_CERT_FILE: cert, REDIS_KEY_FILE: key } = settings;
  const used = files.filter((name) => settings[name] !== undefined);
  if (url === undefined || used.length === 0) return undefined;
  if (!url.protocol.startsWith('rediss')) {
    for (const name of used)
      report(name, `needs TLS: write ${url.protocol.replace('redis', 'rediss')}// in REDIS_URL`);
  }
  if (cert !== undefined && key === undefined) report('REDIS_KEY_FILE', 'must be set with REDIS_CERT_FILE');
  if (cert === undefined && key !== undefined) report('REDIS_CERT_FILE', 'must be set with REDIS_KEY_FILE');
  if (
    cert !== undefined &&
    key !== undefined &&
    !new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
  ) {
    report('REDIS_KEY_FILE', 'must name the key of the first certificate in REDIS_CERT_FILE');
  }
  return { ca, cert, key };
}
