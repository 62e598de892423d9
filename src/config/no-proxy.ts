import { BlockList, isIP, isIPv4 } from 'node:net';
import { domainToASCII } from 'node:url';

/** The hosts that are asked without a proxy. */
export interface NoProxy {
  matches(url: URL): boolean;
  /** The places of entries in a form that the gateway does not know, from 1: they match nothing. */
  readonly unknown: readonly number[];
}

type Matches = (host: string, port: number) => boolean;

const ports: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };
const hostAndPort = /^(?:\[([\d.:a-f]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/;
const dotsInFront = /^(?:\*?\.)/;

/**
 * Reads `NO_PROXY`: entries between commas or blanks. A name is itself and all below it, `*.name` only those below it; an
 * address is itself, `10.0.0.0/8` a network; each of them may have a port. `*` is every host. Names are not looked up.
 */
export function readNoProxy(text: string): NoProxy {
  const entries = text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  const read = entries.map(readEntry);
  return {
    matches({ hostname, port, protocol }) {
      const host = withoutBrackets(hostname).replace(/\.$/, '');
      return read.some((matches) => matches?.(host, Number(port || ports[protocol])));
    },
    unknown: read.flatMap((matches, index) => (matches ? [] : [index + 1])),
  };
}

function readEntry(entry: string): Matches | undefined {
  if (entry === '*') return () => true;
  const network = entry.split('/');
  if (network.length > 1) return readNetwork(network);
  const address = withoutBrackets(entry);
  if (isIP(address) !== 0) return isAddress(address);
  const [, bracketed, other = '', port] = hostAndPort.exec(entry) ?? [];
  const host = bracketed ?? other;
  const matches = isIP(host) === 0 ? readName(host) : isAddress(host);
  if (!matches || port === undefined) return matches;
  return (asked, askedPort) => askedPort === Number(port) && matches(asked, askedPort);
}

function readName(entry: string): Matches | undefined {
  const name = domainToASCII(entry.replace(dotsInFront, '').replace(/\.$/, ''));
  if (!/^[\w.-]+$/.test(name)) return undefined;
  const onlyBelow = entry.startsWith('*');
  return (host) => host.endsWith(`.${name}`) || (!onlyBelow && host === name);
}

function readNetwork([given = '', length = '', ...more]: readonly string[]): Matches | undefined {
  const address = withoutBrackets(given);
  const version = isIP(address);
  const bits = Number(length);
  if (version === 0 || more.length > 0 || !/^\d{1,3}$/.test(length)) return undefined;
  if (bits > (version === 4 ? 32 : 128)) return undefined;
  return within((list, family) => list.addSubnet(address, bits, family), address);
}

/** An address may be written in several ways. */
const isAddress = (address: string): Matches =>
  within((list, family) => list.addAddress(address, family), address);

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv4(address) ? 'ipv4' : 'ipv6');

function within(add: (list: BlockList, family: 'ipv4' | 'ipv6') => void, address: string): Matches {
  const list = new BlockList();
  add(list, familyOf(address));
  return (host) => isIP(host) !== 0 && list.check(host, familyOf(host));
}

const withoutBrackets = (host: string): string => /^\[(.*)\]$/.exec(host)?.[1] ?? host;
