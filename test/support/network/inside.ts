/**
 * Runs in the network namespace of `network.ts`: the far side of its TUN device, and ways out of it through Unix sockets.
 * Its argument is a {@link Inside} as JSON.
 */
import dgram from 'node:dgram';
import { once } from 'node:events';
import net, { type ListenOptions, type NetConnectOpts } from 'node:net';

export interface Inside {
  /** The round trip of each address that answers; a packet to any other is dropped. */
  readonly roundTripMs: Readonly<Record<string, number>>;
  /** Connections to the first are passed on to the second. */
  readonly passages: readonly (readonly [ListenOptions, NetConnectOpts])[];
  /** Where the packets of the TUN device arrive. */
  readonly packetPort: number;
}

const { roundTripMs, passages, packetPort } = JSON.parse(process.argv[2] ?? '') as Inside;

const isVersion4 = (packet: Buffer): boolean => packet.readUInt8(0) >> 4 === 4;

function targetOf(packet: Buffer): string {
  if (isVersion4(packet)) return packet.subarray(16, 20).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => packet.readUInt16BE(24 + 2 * index).toString(16));
  const { address } = new net.SocketAddress({ address: groups.join(':'), family: 'ipv6' });
  return address;
}

/** With source and target exchanged, a packet to a far address arrives at the near one, with the same checksums. */
function returned(packet: Buffer): Buffer {
  const [start, length] = isVersion4(packet) ? [12, 4] : [8, 16];
  const source = Buffer.from(packet.subarray(start, start + length));
  packet.copyWithin(start, start + length, start + 2 * length);
  source.copy(packet, start + length);
  return packet;
}

/** Whether it is the first packet of a connection: TCP, SYN without ACK. */
function isFirst(packet: Buffer): boolean {
  const [protocol, tcp] = isVersion4(packet) ? [packet[9], 20] : [packet[6], 40];
  return protocol === 6 && (packet.readUInt8(tcp + 13) & 0x12) === 0x02;
}

const packets = dgram.createSocket('udp4', (packet, from) => {
  const target = targetOf(packet);
  if (isFirst(packet)) process.send?.({ connectTo: target });
  const tripMs = roundTripMs[target];
  // Each packet passes here once: a round trip is two.
  if (tripMs !== undefined) {
    setTimeout(() => packets.send(returned(packet), from.port, from.address), tripMs / 2);
  }
});
packets.bind(packetPort, '127.0.0.1');

/** The resolver of the namespace, which never answers. */
const resolver = dgram.createSocket('udp4', () => process.send?.({ lookup: true }));
resolver.bind(53, '127.0.0.1');

for (const [from, to] of passages) {
  const server = net.createServer((near) => {
    const far = net.connect(to);
    near.on('error', () => undefined).on('close', () => far.destroy());
    far.on('error', () => undefined).on('close', () => near.destroy());
    near.pipe(far).pipe(near);
  });
  server.listen(from);
  await once(server, 'listening');
}
process.send?.({ ready: true });
