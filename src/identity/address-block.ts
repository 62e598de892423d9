import { isIPv6 } from 'node:net';

const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const blockGroups = 4;

/**
 * The block of addresses that one client can use: a single IPv4 address, or the /64 of an IPv6 address. An IPv4-mapped
 * IPv6 address counts as its IPv4 address.
 */
export function addressBlock(address: string): string {
  const [plain = ''] = address.split('%');
  const ipv4 = mapped.exec(plain)?.[1];
  if (ipv4 !== undefined || !isIPv6(plain)) return ipv4 ?? plain;
  // An IPv4 address at the end stands for the last two of the eight groups.
  const hex = plain.includes('.') ? `${plain.slice(0, plain.lastIndexOf(':'))}:0:0` : plain;
  const [head = '', tail] = hex.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const groups = [...before, ...(tail === undefined ? [] : zeros), ...after];
  return `${groups
    .slice(0, blockGroups)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
