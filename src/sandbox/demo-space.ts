import { createHash } from 'node:crypto';

/** A space in the shape of DingTalk's API page. */
export interface SandboxSpace {
  readonly spaceId: string;
  readonly corpId: string;
  readonly createTime: string;
  readonly modifiedTime: string;
}

/** The space of a made-up group. It depends on the id and the organization only. */
export function demoSpace(openConversationId: string, corpId: string): SandboxSpace {
  return demoSpaceById(demoSpaceId(openConversationId), corpId);
}

/** A made-up space by its own id. `modifiedTime` follows `createTime`. */
export function demoSpaceById(spaceId: string, corpId: string): SandboxSpace {
  const { createdS, modifiedS } = demoTimes(spaceId);
  return { spaceId, corpId, createTime: isoTime(createdS), modifiedTime: isoTime(modifiedS) };
}

/** The decimal id of the space of a made-up group. */
export const demoSpaceId = (openConversationId: string): string =>
  String(digestOf(openConversationId).readUIntBE(8, 6));

/** True for `space.demo.<anything>` and for every id that `demoSpaceId` can give. */
export const isDemoSpace = (spaceId: string): boolean => /^(?:space\.demo\..+|[1-9]\d{5,14})$/s.test(spaceId);

const firstCreatedS = Date.UTC(2020, 0, 1) / 1000;
const threeYearsS = 3 * 365 * 24 * 3600;
const oneYearS = 365 * 24 * 3600;

/** Two times that depend on the id only, in seconds since 1970. */
export function demoTimes(id: string): { readonly createdS: number; readonly modifiedS: number } {
  const hash = digestOf(id);
  const createdS = firstCreatedS + (hash.readUInt32BE(0) % threeYearsS);
  return { createdS, modifiedS: createdS + (hash.readUInt32BE(4) % oneYearS) };
}

/** 32 bytes that depend on the text only. */
export const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The documented form of a time. */
export const isoTime = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
