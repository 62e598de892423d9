import { createHash } from 'node:crypto';

/** A space in the shape of DingTalk's API page. */
export interface SandboxSpace {
  readonly spaceId: string;
  readonly corpId: string;
  readonly createTime: string;
  readonly modifiedTime: string;
}

const firstCreatedS = Date.UTC(2020, 0, 1) / 1000;
const threeYearsS = 3 * 365 * 24 * 3600;
const oneYearS = 365 * 24 * 3600;

/** A made-up space. It depends on the id and the organization only, and `modifiedTime` follows `createTime`. */
export function demoSpace(id: string, corpId: string): SandboxSpace {
  const hash = createHash('sha256').update(id).digest();
  const createdS = firstCreatedS + (hash.readUInt32BE(0) % threeYearsS);
  const modifiedS = createdS + (hash.readUInt32BE(4) % oneYearS);
  return {
    spaceId: String(hash.readUIntBE(8, 6)),
    corpId,
    createTime: isoTime(createdS),
    modifiedTime: isoTime(modifiedS),
  };
}

function isoTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
