import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  GANGLIA_ENCODINGS,
  GANGLIA_SLOPES,
  type GangliaMessage,
  mayBeGangliaRequest,
  readGanglia,
  writeGanglia,
} from './ganglia.ts';
import { PacketError } from './packet.ts';

/** Datagrams that gmond and gmetric 3.7.2 sent, with what is in them. */
interface Recorded {
  readonly name: string;
  readonly hex: string;
  readonly expected: {
    readonly kind: string;
    readonly host: string;
    readonly name: string;
    readonly spoof: boolean;
    readonly fmt: string;
    readonly value: number | string;
    readonly type: string;
    readonly units: string;
    readonly slope: string;
    readonly tmax: number;
    readonly dmax: number;
    readonly extra: readonly [string, string][];
  };
}

const recorded = readFileSync(join(import.meta.dirname, 'testdata/ganglia-packets.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);

function messageOf({ expected }: Recorded): GangliaMessage {
  const { kind, host, name, spoof, fmt, value, type, units, slope, tmax, dmax, extra } = expected;
  const who = { host, name, isSpoofed: spoof };
  if (kind === 'metadata_request') return { kind: 'request', ...who };
  if (kind !== 'metadata_full') {
    const encoding = GANGLIA_ENCODINGS.find((one) => one === kind) ?? assert.fail(kind);
    return { kind: 'value', ...who, encoding, format: fmt, value };
  }
  const known = GANGLIA_SLOPES.find((one) => one === slope) ?? assert.fail(slope);
  return { kind: 'metadata', ...who, type, units, slope: known, tmax, dmax, extra };
}

for (const one of recorded) {
  test(`a recorded datagram is read and written: ${one.name}`, () => {
    const message = messageOf(one);
    assert.deepEqual(readGanglia(Buffer.from(one.hex, 'hex')), message);
    assert.equal(Buffer.from(writeGanglia(message)).toString('hex'), one.hex);
    const isRequest = message.kind === 'request';
    assert.equal(mayBeGangliaRequest(Buffer.from(one.hex, 'hex')), isRequest);
  });
}

const HEAD = '00000086000000016100000000000001620000000000000000000000';

const refused: readonly [what: string, hex: string, code: string][] = [
  ['nothing', '', 'too-short'],
  ['a number that is cut', '000000', 'too-short'],
  ['a value that is cut', `${HEAD}3fc2`, 'too-short'],
  ['bytes after the value', `${HEAD}3fc28f5c00000000`, 'trailing'],
  ['a text of 4 GB', '00000086ffffffff', 'too-long'],
  [
    '268,435,455 pairs of extra data',
    `${'00000080'}${'00000000'.repeat(3)}${'00000000'.repeat(6)}0fffffff`,
    'too-long',
  ],
  [
    'more pairs than there are bytes',
    `${'00000080'}${'00000000'.repeat(3)}${'00000000'.repeat(6)}00000010`,
    'too-short',
  ],
];
for (const [what, hex, code] of refused) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => readGanglia(Buffer.from(hex, 'hex')),
      (error: unknown) => error instanceof PacketError && error.code === code,
    );
  });
}

test('other messages are passed over, text that is not UTF-8 is ISO 8859-1', () => {
  for (const id of ['00000000', '0000007f', '00000089', 'ffffffff']) {
    assert.equal(readGanglia(Buffer.from(id, 'hex')), undefined);
  }
  const message = readGanglia(
    Buffer.from('000000880000000162000000000000026ab0000000000000', 'hex'),
  );
  assert.deepEqual(message, { kind: 'request', host: 'b', name: 'j°', isSpoofed: false });
});

test('what is changed on its way is a message or a PacketError', () => {
  const all = recorded.map(({ hex }) => Buffer.from(hex, 'hex'));
  fc.assert(
    fc.property(
      fc.nat(all.length - 1),
      fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 4 }),
      fc.nat(400),
      (index, changes, length) => {
        const bytes = Uint8Array.from(all[index] ?? []);
        for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
        try {
          readGanglia(bytes.subarray(0, length));
        } catch (error) {
          assert.ok(error instanceof PacketError);
        }
      },
    ),
    { numRuns: 20_000 },
  );
});
