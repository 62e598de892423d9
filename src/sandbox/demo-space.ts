import { createHash } from 'node:crypto';

/** A space as the API page writes it. */
export interface SandboxSpace {
  readonly spaceId: string;
  readonly corpId: string;
  readonly createTime: string;
  readonly modifiedTime: string;
}

const FIRST_CREATED_S = Date.UTC(2020, 0, 1) / 1000;
const THREE_YEARS_S = 3 * 365 * 24 * 3600;
const ONE_YEAR_S = 365 * 24 * 3600;

function isoTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

/** A made-up space that depends on the id and the organization alone, modified after it was created. */
export function demoSpace(openConversationId: string, corpId: string): SandboxSpace {
  const hash = createHash('sha256').update(openConversationId).digest();
  const createdS = FIRST_CREATED_S + (hash.readUInt32BE(0) % THREE_YEARS_S);
  const modifiedS = createdS + (hash.readUInt32BE(4) % ONE_YEAR_S);
  return {
    spaceId: String(hash.readUIntBE(8, 6)),
    corpId,
    createTime: isoTime(createdS),
    modifiedTime: isoTime(modifiedS),
  };
}
