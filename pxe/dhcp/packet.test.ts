import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../base/errors.ts';
import type { Ipv4 } from '../../wire/address.ts';
import { describePacket } from './describe.ts';
import { OPTION } from './options.ts';
import {
  clientMac,
  type DhcpPacket,
  decodePacket,
  encodePacket,
  maxPacketBytes,
  textOption,
  uintBytes,
} from './packet.ts';

const TESTDATA = join(import.meta.dirname, 'testdata');
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 300);

const EMPTY: DhcpPacket = {
  op: 2,
  htype: 1,
  hlen: 6,
  hops: 0,
  xid: 0x12345678,
  secs: 0,
  flags: 0,
  ciaddr: 0 as Ipv4,
  yiaddr: 0 as Ipv4,
  siaddr: 0 as Ipv4,
  giaddr: 0 as Ipv4,
  chaddr: Uint8Array.from([0x52, 0x54, 0, 0xaa, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
  sname: '',
  file: '',
  options: new Map([[OPTION.messageType, Uint8Array.of(2)]]),
};

/** Every DHCP payload of the recordings, with where it stands. */
const recorded = readdirSync(TESTDATA)
  .filter((name) => name.endsWith('.jsonl'))
  .flatMap((name) =>
    readFileSync(join(TESTDATA, name), 'utf8')
      .trim()
      .split('\n')
      .map((line, index) => ({ where: `${name}:${index + 1}`, ...JSON.parse(line) }))
      .filter(
        (packet) =>
          packet.payload &&
          [67, 68, 4011].some((port) => port === packet.dport || port === packet.sport),
      ),
  );

test('a recorded DISCOVER of UEFI firmware reads as its golden', () => {
  const first = recorded.find((packet) =>
    packet.where.startsWith('uefi-x64-ovmf__proxydhcp-opt43'),
  );
  const golden = JSON.parse(readFileSync(join(TESTDATA, 'ovmf-discover.golden.json'), 'utf8'));
  assert.deepEqual(describePacket(decodePacket(Buffer.from(first.payload, 'hex'))), golden);
});

test('every recorded message survives decoding and encoding', () => {
  assert.ok(recorded.length > 50);
  for (const { where, payload } of recorded) {
    const packet = decodePacket(Buffer.from(payload, 'hex'));
    assert.deepEqual(decodePacket(encodePacket(packet, 1472)), packet, where);
    assert.match(clientMac(packet) ?? '', /^52:54:00:aa:00:0\d$/, where);
  }
});

const malformed: [string, Uint8Array, string][] = [
  ['nothing', new Uint8Array(0), 'dhcp-short'],
  ['239 bytes', new Uint8Array(239), 'dhcp-short'],
  ['no magic cookie', new Uint8Array(300), 'dhcp-magic'],
  ['a hardware address of 17 bytes', changed([[2, 17]]), 'dhcp-hlen'],
  ['an option longer than the message', changed([[241, 250]]), 'dhcp-option-truncated'],
  [
    'a code without a length as the last byte',
    Uint8Array.from([...encodePacket(EMPTY).subarray(0, 243), 12]),
    'dhcp-option-truncated',
  ],
];
for (const [what, bytes, code] of malformed) {
  test(`decoding refuses ${what}`, () => {
    assert.throws(() => decodePacket(bytes), { code });
  });
}

function changed(bytes: readonly (readonly [number, number])[]): Uint8Array {
  const packet = encodePacket(EMPTY);
  for (const [at, value] of bytes) packet[at] = value;
  return packet;
}

test('a message without an end option is accepted', () => {
  const bytes = encodePacket(EMPTY).subarray(0, 243);
  assert.equal(decodePacket(bytes).options.size, 1);
});

test('a message has at least 300 bytes, its type first, the relay agent option last', () => {
  const bytes = encodePacket({
    ...EMPTY,
    options: new Map([
      [OPTION.relayAgent, Uint8Array.of(1, 2, 7, 7)],
      [OPTION.serverId, uintBytes(0x0a000001, 4)],
      [OPTION.messageType, Uint8Array.of(2)],
    ]),
  });
  assert.equal(bytes.length, 300);
  assert.equal(
    Buffer.from(bytes.subarray(240, 256)).toString('hex'),
    '350102' + '36040a000001' + '520401020707' + 'ff',
  );
});

test('a value over 255 bytes goes out in pieces and comes back whole', () => {
  const long = Uint8Array.from({ length: 600 }, (_, i) => i & 255);
  const packet = { ...EMPTY, options: new Map([...EMPTY.options, [OPTION.vendorSpecific, long]]) };
  const bytes = encodePacket(packet, 1472);
  assert.equal(bytes[243], OPTION.vendorSpecific);
  assert.equal(bytes[244], 255);
  assert.deepEqual(decodePacket(bytes), packet);
});

test('options that do not fit go to file and sname, and come back', () => {
  const value = (length: number) => new Uint8Array(length).fill(7);
  const packet: DhcpPacket = {
    ...EMPTY,
    options: new Map([
      ...EMPTY.options,
      [OPTION.domainName, value(240)],
      [OPTION.hostName, value(100)],
      [OPTION.rebindingTime, value(50)],
      [OPTION.relayAgent, value(40)],
    ]),
  };
  const bytes = encodePacket(packet);
  assert.ok(bytes.length <= 548);
  const decoded = decodePacket(bytes);
  assert.deepEqual(new Map([...decoded.options].sort()), new Map([...packet.options].sort()));
  assert.throws(() => encodePacket({ ...packet, file: 'x', sname: 'y' }), {
    code: 'dhcp-options-full',
  });
});

test('overload by both fields is read file first', () => {
  const bytes = encodePacket({
    ...EMPTY,
    options: new Map([...EMPTY.options, [OPTION.overload, Uint8Array.of(3)]]),
  });
  bytes.set([OPTION.hostName, 1, 0x61, 255], 108);
  bytes.set([OPTION.hostName, 1, 0x62, 255], 44);
  const packet = decodePacket(bytes);
  assert.equal(textOption(packet, OPTION.hostName), 'ab');
  assert.equal(packet.file, '');
  assert.equal(packet.sname, '');
});

test('a boot file name of 128 bytes is refused', () => {
  assert.throws(() => encodePacket({ ...EMPTY, file: 'x'.repeat(128) }), {
    code: 'dhcp-field-long',
  });
  assert.equal(decodePacket(encodePacket({ ...EMPTY, file: 'x'.repeat(127) })).file.length, 127);
});

const limits: [string, number | undefined, number][] = [
  ['absent', undefined, 548],
  ['1472', 1472, 1444],
  ['65280, as OVMF sends', 65280, 1472],
  ['below the minimum', 300, 548],
];
for (const [what, value, expected] of limits) {
  test(`option 57 ${what} allows ${expected} bytes`, () => {
    const options = new Map(EMPTY.options);
    if (value !== undefined) options.set(OPTION.maxMessageSize, uintBytes(value, 2));
    assert.equal(maxPacketBytes({ ...EMPTY, options }), expected);
  });
}

const arbitraryPacket: fc.Arbitrary<DhcpPacket> = fc.record({
  op: fc.nat(255),
  htype: fc.nat(255),
  hlen: fc.nat(16),
  hops: fc.nat(255),
  xid: fc.nat(0xffffffff),
  secs: fc.nat(0xffff),
  flags: fc.nat(0xffff),
  ciaddr: fc.nat(0xffffffff) as fc.Arbitrary<Ipv4>,
  yiaddr: fc.nat(0xffffffff) as fc.Arbitrary<Ipv4>,
  siaddr: fc.nat(0xffffffff) as fc.Arbitrary<Ipv4>,
  giaddr: fc.nat(0xffffffff) as fc.Arbitrary<Ipv4>,
  chaddr: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  sname: fc.string({ maxLength: 63, unit: 'grapheme-ascii' }),
  file: fc.string({ maxLength: 127, unit: 'grapheme-ascii' }),
  options: fc
    .uniqueArray(
      fc.tuple(
        fc.integer({ min: 1, max: 254 }).filter((code) => code !== OPTION.overload),
        fc.uint8Array({ maxLength: 300 }),
      ),
      { maxLength: 4, selector: ([code]) => code },
    )
    .map((entries) => new Map(entries)),
});

const byCode = (packet: DhcpPacket) => ({
  ...packet,
  options: [...packet.options].sort(([a], [b]) => a - b),
});

test('law: decode after encode is the identity', () => {
  fc.assert(
    fc.property(arbitraryPacket, (packet) => {
      assert.deepEqual(byCode(decodePacket(encodePacket(packet, 1472))), byCode(packet));
    }),
    { numRuns: RUNS },
  );
});

test('law: decoding does not depend on where the bytes lie, and leaves them alone', () => {
  fc.assert(
    fc.property(arbitraryPacket, fc.nat(20), (packet, offset) => {
      const bytes = encodePacket(packet, 1472);
      const padded = new Uint8Array(offset + bytes.length);
      padded.set(bytes, offset);
      assert.deepEqual(decodePacket(padded.subarray(offset)), decodePacket(bytes));
      assert.deepEqual(padded.slice(offset), bytes);
    }),
    { numRuns: RUNS },
  );
});

test('law: damaged bytes give a message or our error, nothing else', () => {
  const damage = fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { minLength: 1, maxLength: 20 });
  const sources = recorded.map(({ payload }) => Buffer.from(payload, 'hex'));
  fc.assert(
    fc.property(fc.constantFrom(...sources), damage, fc.nat(600), (source, changes, cut) => {
      const bytes = Uint8Array.from(source.subarray(0, Math.max(source.length - cut, 0)));
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      try {
        encodePacket(decodePacket(bytes), 1472);
      } catch (error) {
        assert.ok(error instanceof InputError, String(error));
      }
    }),
    { numRuns: RUNS * 10 },
  );
});
