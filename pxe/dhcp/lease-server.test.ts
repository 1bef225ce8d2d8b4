import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from '../../base/sqlite.ts';
import {
  formatIpv4,
  type Ipv4,
  type Mac,
  macBytes,
  parseIpv4,
  parseMac,
} from '../../wire/address.ts';
import { LeaseStore } from '../inventory/lease-store.ts';
import { Leases, QUARANTINE_MS } from '../inventory/leases.ts';
import { REGISTRY_MIGRATIONS } from '../inventory/store.ts';
import { answerAsServer, type LeaseServerContext } from './lease-server.ts';
import { OPTION } from './options.ts';
import {
  addressOption,
  type DhcpPacket,
  MESSAGE,
  messageType,
  textBytes,
  uintBytes,
} from './packet.ts';

const ip = (text: string) => parseIpv4(text) as Ipv4;
const SERVER = ip('10.0.0.1');
const MAC = parseMac('52:54:00:00:00:01') as Mac;
const OTHER = parseMac('52:54:00:00:00:02') as Mac;
const FIXED = parseMac('52:54:00:00:00:99') as Mac;

interface Sent {
  readonly type: number;
  readonly mac?: Mac;
  readonly ciaddr?: string;
  readonly giaddr?: string;
  readonly requested?: string;
  readonly server?: string;
  readonly extra?: readonly (readonly [number, Uint8Array])[];
}

function packetOf({
  type,
  mac = MAC,
  ciaddr,
  giaddr,
  requested,
  server,
  extra = [],
}: Sent): DhcpPacket {
  const chaddr = new Uint8Array(16);
  chaddr.set(macBytes(mac));
  return {
    op: 1,
    htype: 1,
    hlen: 6,
    hops: giaddr ? 1 : 0,
    xid: 7,
    secs: 0,
    flags: 0,
    ciaddr: ip(ciaddr ?? '0.0.0.0'),
    yiaddr: 0 as Ipv4,
    siaddr: 0 as Ipv4,
    giaddr: ip(giaddr ?? '0.0.0.0'),
    chaddr,
    sname: '',
    file: '',
    options: new Map([
      [OPTION.messageType, Uint8Array.of(type)],
      ...(requested ? ([[OPTION.requestedAddress, uintBytes(ip(requested), 4)]] as const) : []),
      ...(server ? ([[OPTION.serverId, uintBytes(ip(server), 4)]] as const) : []),
      ...extra,
    ]),
  };
}

class Network {
  nowMs = 1_000_000;
  readonly #context: LeaseServerContext;
  readonly close: () => void;

  constructor(file = ':memory:', { last = '10.0.0.12' } = {}) {
    const database = openDatabase(file, { migrations: REGISTRY_MIGRATIONS, synchronous: 'FULL' });
    this.close = () => database.close();
    this.#context = {
      server: { address: SERVER, httpPort: 8642 },
      quirksOf: () => ({}),
      hasFile: () => true,
      leases: new Leases(new LeaseStore(database), {
        addressOf: (mac) => (mac === FIXED ? ip('10.0.0.11') : undefined),
        ownersOf: (address) => (address === ip('10.0.0.11') ? [FIXED] : undefined),
      }),
      subnets: [
        {
          network: ip('10.0.0.0'),
          prefix: 24,
          ranges: [{ first: ip('10.0.0.10'), last: ip(last) }],
          dns: [],
          leaseSeconds: 600,
        },
        {
          network: ip('10.9.0.0'),
          prefix: 24,
          ranges: [{ first: ip('10.9.0.50'), last: ip('10.9.0.51') }],
          dns: [],
          leaseSeconds: 600,
        },
      ],
    };
  }

  get leases(): Leases {
    return this.#context.leases;
  }

  send(sent: Sent) {
    const received = {
      packet: packetOf(sent),
      from: { address: ip('0.0.0.0'), port: 68 },
      port: 67,
    };
    const { reply, kind, text } = answerAsServer(received, this.#context, this.nowMs);
    return {
      kind,
      text,
      packet: reply?.packet,
      type: reply && messageType(reply.packet),
      address: reply && formatIpv4(reply.packet.yiaddr),
      to: reply && `${reply.to.address}:${reply.to.port}`,
    };
  }

  /** DISCOVER and REQUEST; the address, or undefined when there was none. */
  join(mac: Mac, giaddr?: string): string | undefined {
    const relayed = giaddr === undefined ? {} : { giaddr };
    const offer = this.send({ type: MESSAGE.discover, mac, ...relayed });
    if (offer.address === undefined) return undefined;
    const requested = offer.address;
    const ack = this.send({
      type: MESSAGE.request,
      mac,
      requested,
      server: '10.0.0.1',
      ...relayed,
    });
    assert.equal(ack.type, MESSAGE.ack);
    assert.equal(ack.address, requested);
    return requested;
  }
}

test('offers come from the range, skip reservations, and end when it is full', () => {
  const network = new Network();
  assert.equal(network.join(MAC), '10.0.0.10');
  assert.equal(network.join(OTHER), '10.0.0.12');
  const third = network.send({ type: MESSAGE.discover, mac: parseMac('52:54:00:00:00:03') as Mac });
  assert.equal(third.kind, 'dhcp-exhausted');
  assert.equal(network.join(FIXED), '10.0.0.11');
  network.close();
});

test('a machine gets its address again, also when its lease ran out and after a restart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-leases-'));
  const file = join(folder, 'pxe.db');
  try {
    const first = new Network(file);
    first.join(OTHER);
    first.join(MAC);
    first.close();
    const second = new Network(file);
    second.nowMs += 10_000_000;
    assert.equal(second.join(MAC), '10.0.0.12');
    assert.equal(second.join(OTHER), '10.0.0.10');
    second.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('an address whose lease ran out goes to another machine only when no fresh one is left', () => {
  const network = new Network();
  network.join(MAC);
  network.nowMs += 601_000;
  assert.equal(network.join(OTHER), '10.0.0.12');
  assert.equal(network.join(parseMac('52:54:00:00:00:03') as Mac), '10.0.0.10');
  network.close();
});

test('an offer that is not taken is free again after a minute', () => {
  const network = new Network(undefined, { last: '10.0.0.10' });
  assert.equal(network.send({ type: MESSAGE.discover }).address, '10.0.0.10');
  assert.equal(network.send({ type: MESSAGE.discover, mac: OTHER }).kind, 'dhcp-exhausted');
  network.nowMs += 60_001;
  assert.equal(network.send({ type: MESSAGE.discover, mac: OTHER }).address, '10.0.0.10');
  network.close();
});

test('a client that takes another server gets no answer, and its offer is free', () => {
  const network = new Network(undefined, { last: '10.0.0.10' });
  network.send({ type: MESSAGE.discover });
  const chosen = network.send({
    type: MESSAGE.request,
    requested: '10.0.0.77',
    server: '10.0.0.2',
  });
  assert.deepEqual([chosen.kind, chosen.packet], ['dhcp-other-server', undefined]);
  assert.match(chosen.text, /10\.0\.0\.2/);
  assert.equal(network.send({ type: MESSAGE.discover, mac: OTHER }).address, '10.0.0.10');
  network.close();
});

// Each starts with MAC holding 10.0.0.10; `expected` is the message type, undefined for silence.
const requests: [string, Sent, number | undefined, string?][] = [
  [
    'SELECTING an address that was not offered',
    { type: MESSAGE.request, requested: '10.0.0.12', server: '10.0.0.1' },
    MESSAGE.nak,
    '255.255.255.255:68',
  ],
  [
    'INIT-REBOOT with its address',
    { type: MESSAGE.request, requested: '10.0.0.10' },
    MESSAGE.ack,
    '255.255.255.255:68',
  ],
  [
    'INIT-REBOOT with another address',
    { type: MESSAGE.request, requested: '10.0.0.12' },
    MESSAGE.nak,
  ],
  [
    'INIT-REBOOT on a network that it left',
    { type: MESSAGE.request, requested: '192.168.1.5' },
    MESSAGE.nak,
  ],
  [
    'INIT-REBOOT of a machine that we do not know',
    { type: MESSAGE.request, requested: '10.0.0.12', mac: OTHER },
    undefined,
  ],
  ['RENEWING', { type: MESSAGE.request, ciaddr: '10.0.0.10' }, MESSAGE.ack, '10.0.0.10:68'],
  [
    'REBINDING an address that is another machine’s',
    { type: MESSAGE.request, ciaddr: '10.0.0.10', mac: OTHER },
    MESSAGE.nak,
    '255.255.255.255:68',
  ],
  [
    'RENEWING a free address of ours whose lease we lost',
    { type: MESSAGE.request, ciaddr: '10.0.0.12', mac: OTHER },
    MESSAGE.ack,
  ],
  [
    'REBINDING an address outside our ranges',
    { type: MESSAGE.request, ciaddr: '10.0.0.200', mac: OTHER },
    undefined,
  ],
  [
    'RENEWING an address that no range has, in place of its own',
    { type: MESSAGE.request, ciaddr: '10.0.0.200' },
    MESSAGE.nak,
  ],
  ['a REQUEST without any address', { type: MESSAGE.request }, undefined],
  [
    'INFORM',
    { type: MESSAGE.inform, ciaddr: '10.0.0.40', mac: OTHER },
    MESSAGE.ack,
    '10.0.0.40:68',
  ],
  ['a message of a server', { type: MESSAGE.offer }, undefined],
  [
    'DISCOVER through a relay that we serve no network of',
    { type: MESSAGE.discover, giaddr: '10.8.0.1' },
    undefined,
  ],
];
for (const [what, sent, expected, to] of requests) {
  test(`${what} gets ${expected === undefined ? 'silence' : `message ${expected}`}`, () => {
    const network = new Network();
    network.join(MAC);
    const answer = network.send(sent);
    assert.equal(answer.type, expected, answer.text);
    if (to !== undefined) assert.equal(answer.to, to);
    network.close();
  });
}

test('INFORM gives neither address nor lease', () => {
  const network = new Network();
  const { packet } = network.send({ type: MESSAGE.inform, ciaddr: '10.0.0.40' });
  assert.ok(packet);
  assert.equal(packet.yiaddr, 0);
  assert.equal(addressOption(packet, OPTION.subnetMask), ip('255.255.255.0'));
  for (const code of [OPTION.leaseTime, OPTION.renewalTime, OPTION.rebindingTime]) {
    assert.equal(packet.options.has(code), false);
  }
  assert.deepEqual(network.leases.all(), []);
  network.close();
});

test('DECLINE puts an address into quarantine; only its own client can', () => {
  const network = new Network(undefined, { last: '10.0.0.10' });
  network.join(MAC);
  const strange = network.send({
    type: MESSAGE.decline,
    mac: OTHER,
    requested: '10.0.0.10',
    server: '10.0.0.1',
  });
  assert.equal(strange.kind, 'dhcp-ignored');
  const declined = network.send({
    type: MESSAGE.decline,
    requested: '10.0.0.10',
    server: '10.0.0.1',
  });
  assert.equal(declined.kind, 'dhcp-decline');
  assert.equal(network.send({ type: MESSAGE.discover }).kind, 'dhcp-exhausted');
  network.nowMs += QUARANTINE_MS + 1;
  assert.equal(network.send({ type: MESSAGE.discover }).address, '10.0.0.10');
  network.close();
});

test('RELEASE frees an address at once; only its own client can', () => {
  const network = new Network(undefined, { last: '10.0.0.10' });
  network.join(MAC);
  network.send({ type: MESSAGE.release, mac: OTHER, ciaddr: '10.0.0.10' });
  assert.equal(network.send({ type: MESSAGE.discover, mac: OTHER }).kind, 'dhcp-exhausted');
  network.send({ type: MESSAGE.release, ciaddr: '10.0.0.10' });
  assert.equal(network.join(OTHER), '10.0.0.10');
  network.close();
});

test('through a relay the answer goes to giaddr:67 with option 82 echoed, from the relay’s network', () => {
  const network = new Network();
  const relayAgent = Uint8Array.of(1, 4, 1, 2, 3, 4);
  const offer = network.send({
    type: MESSAGE.discover,
    giaddr: '10.9.0.1',
    extra: [[OPTION.relayAgent, relayAgent]],
  });
  assert.equal(offer.address, '10.9.0.50');
  assert.equal(offer.to, '10.9.0.1:67');
  assert.deepEqual(offer.packet?.options.get(OPTION.relayAgent), relayAgent);
  const nak = network.send({
    type: MESSAGE.request,
    giaddr: '10.9.0.1',
    requested: '10.0.0.10',
    server: '10.0.0.1',
  });
  assert.equal(nak.type, MESSAGE.nak);
  assert.equal(nak.to, '10.9.0.1:67');
  assert.equal(nak.packet?.flags, 0x8000, 'the relay has to broadcast it');
  network.close();
});

test('a machine that moves to another network gets an address there', () => {
  const network = new Network();
  network.join(MAC);
  assert.equal(network.join(MAC, '10.9.0.1'), '10.9.0.50');
  assert.equal(network.leases.all().filter((lease) => lease.client === MAC).length, 1);
  network.close();
});

test('an operating system gets no boot options; a machine of unknown architecture only an address', () => {
  const network = new Network();
  const plain = network.send({ type: MESSAGE.discover });
  assert.equal(plain.packet?.file, '');
  for (const code of [43, 60, 66, 67, 97]) assert.equal(plain.packet?.options.has(code), false);
  const strange = network.send({
    type: MESSAGE.discover,
    extra: [
      [OPTION.vendorClass, textBytes('PXEClient:Arch:00077')],
      [OPTION.clientArchitecture, Uint8Array.of(0, 77)],
    ],
  });
  assert.equal(strange.type, MESSAGE.offer);
  assert.equal(strange.packet?.file, '');
  network.close();
});

test('the stages of one boot share one lease, whatever client identifier they send', () => {
  const network = new Network();
  const first = network.join(MAC);
  const id = Uint8Array.of(255, 1, 2, 3, 4, 0, 2, 0, 0, 0xab, 0x11);
  const second = network.send({ type: MESSAGE.discover, extra: [[OPTION.clientId, id]] });
  assert.equal(second.address, first);
  network.close();
});

test('10,000 leases cost no more than 100', () => {
  const macAt = (i: number) => parseMac(`5254${i.toString(16).padStart(8, '0')}`) as Mac;
  const network = new Network(undefined, { last: '10.0.255.0' });
  const joinMany = (from: number, count: number) => {
    const start = process.cpuUsage();
    for (let i = from; i < from + count; i += 1) assert.ok(network.join(macAt(i)));
    const { user, system } = process.cpuUsage(start);
    return (user + system) / count;
  };
  joinMany(0, 500); // warm-up
  const early = Math.min(joinMany(500, 200), joinMany(700, 200));
  joinMany(900, 9100);
  const late = Math.min(joinMany(10_000, 200), joinMany(10_200, 200));
  assert.ok(
    late < early * 2,
    `${early.toFixed(0)} µs a machine at 500 leases, ${late.toFixed(0)} at 10,000`,
  );
  assert.equal(network.leases.all().length, 10_400);
  network.close();
});
