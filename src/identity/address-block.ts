import { isIPv6 } from 'node:net';

const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const blockGroups = 4;

/**
 * The addresses that one client may choose among: an IPv4 address alone, the /64 of an IPv6 one. An IPv4 address
 * that is mapped into IPv6 is that IPv4 address.
 */
export function addressBlock(address: string): string {
  const [plain = ''] = address.split('%');
  const ipv4 = mapped.exec(plain)?.[1];
  if (ipv4 !== undefined || !isIPv6(plain)) return ipv4 ?? plain;
  // An IPv4 address at the end stands for the last two of the eight groups.
  const [head = '', tail] = plain.replace(/\d+\.\d+\.\d+\.\d+$/, '0:0').split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const groups = [...before, ...(tail === undefined ? [] : zeros), ...after];
  return `${groups
    .slice(0, blockGroups)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
