/**
 * Simulated machines that power on within a while: each asks for an address as iPXE does, takes it, and fetches its script.
 *   node boot-storm.ts MACHINES SECONDS    prints {"offerMs":[…],"ackMs":[…],"bareMs":[…],"scripts":N} of all machines
 * `bareMs` are the answers of bare-server.ts at the same times: what this machine, with whatever else it does, takes for an answer.
 */
import { createSocket } from 'node:dgram';
import { OPTION } from '../../pxe/dhcp/options.ts';
import {
  addressOption,
  type DhcpPacket,
  decodePacket,
  encodePacket,
  MESSAGE,
  messageType,
  textBytes,
} from '../../pxe/dhcp/packet.ts';
import { addressBytes } from '../../pxe/dhcp/reply.ts';
import type { Ipv4 } from '../../wire/address.ts';

import { BARE_PORT, WRITE } from './bare-server.ts';

const [machines = 200, seconds = 10] = process.argv.slice(2).map(Number);
const RESEND_MS = 1000;
/** Where the appliance and the bare server are. */
const SERVER = '10.99.0.1';

const socket = createSocket({ type: 'udp4', reuseAddr: true, recvBufferSize: 4 << 20 });
const waiting = new Map<number, (packet: DhcpPacket) => void>();
socket.on('message', (bytes) => {
  const packet = decodePacket(bytes);
  const type = messageType(packet);
  if (type === MESSAGE.offer || type === MESSAGE.ack)
    waiting.get(packet.xid * 2 + (type === MESSAGE.ack ? 1 : 0))?.(packet);
});
await new Promise<void>((bound) => socket.bind(68, '0.0.0.0', bound));
socket.setBroadcast(true);

const offerMs: number[] = [];
const ackMs: number[] = [];
const bareMs: number[] = [];
let scripts = 0;
await Promise.all(Array.from({ length: machines }, (_, number) => boot(number)));
process.stdout.write(`${JSON.stringify({ offerMs, ackMs, bareMs, scripts })}\n`);
socket.close();

async function boot(number: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, (number * seconds * 1000) / machines));
  const offer = await ask(number, MESSAGE.discover, [], offerMs);
  const server = addressOption(offer, OPTION.serverId) ?? (0 as Ipv4);
  const chosen: [number, Uint8Array][] = [
    [OPTION.serverId, addressBytes(server)],
    [OPTION.requestedAddress, addressBytes(offer.yiaddr)],
  ];
  const ack = await ask(number, MESSAGE.request, chosen, ackMs);
  bareMs.push(await askBare('answer'), await askBare(WRITE));
  const response = await fetch(ack.file);
  if ((await response.text()).startsWith('#!ipxe')) scripts += 1;
}

/** Milliseconds until the bare server answers; a lost packet counts as what it waited. */
async function askBare(text: string): Promise<number> {
  const socket = createSocket('udp4');
  const sentMs = performance.now();
  socket.send(text, BARE_PORT, SERVER);
  await Promise.race([
    new Promise((resolve) => socket.once('message', resolve)),
    new Promise((resolve) => setTimeout(resolve, RESEND_MS)),
  ]);
  socket.close();
  return performance.now() - sentMs;
}

async function ask(
  number: number,
  type: number,
  more: readonly [number, Uint8Array][],
  latencies: number[],
): Promise<DhcpPacket> {
  const xid = 0x1000 + number;
  const bytes = request(number, xid, type, more);
  for (;;) {
    const sentMs = performance.now();
    socket.send(bytes, 67, '255.255.255.255');
    const answer = await new Promise<DhcpPacket | undefined>((resolve) => {
      const timer = setTimeout(resolve, RESEND_MS, undefined);
      waiting.set(xid * 2 + (type === MESSAGE.request ? 1 : 0), (packet) => {
        clearTimeout(timer);
        resolve(packet);
      });
    });
    latencies.push(performance.now() - sentMs);
    if (answer) return answer;
  }
}

function request(
  number: number,
  xid: number,
  type: number,
  more: readonly [number, Uint8Array][],
): Uint8Array {
  const chaddr = new Uint8Array(16);
  chaddr.set([0x52, 0x54, 0, 0xbb, number >> 8, number & 255]);
  const zero = 0 as Ipv4;
  return encodePacket({
    ...{
      op: 1,
      htype: 1,
      hlen: 6,
      hops: 0,
      xid,
      secs: 4,
      flags: 0x8000,
      sname: '',
      file: '',
      chaddr,
    },
    ...{ ciaddr: zero, yiaddr: zero, siaddr: zero, giaddr: zero },
    options: new Map<number, Uint8Array>([
      [OPTION.messageType, Uint8Array.of(type)],
      [OPTION.vendorClass, textBytes('PXEClient:Arch:00007:UNDI:003010')],
      [OPTION.clientArchitecture, Uint8Array.of(0, 7)],
      [OPTION.userClass, textBytes('iPXE')],
      ...more,
    ]),
  });
}
