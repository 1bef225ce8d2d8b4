import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../base/errors.ts';
import {
  canonicalRequest,
  normalizeName,
  parseReadRequest,
  type ReadRequest,
  toNetascii,
} from './request.ts';

const rrq = (...strings: string[]) =>
  Buffer.from(`\0\x01${strings.map((text) => `${text}\0`).join('')}`, 'latin1');

const requests: [string, Buffer, ReadRequest][] = [
  ['no options', rrq('a', 'octet'), { file: 'a', mode: 'octet', options: {} }],
  [
    'what OVMF sends first',
    rrq('snponly.efi', 'octet', 'tsize', '0', 'blksize', '1468', 'windowsize', '4'),
    { file: 'snponly.efi', mode: 'octet', options: { blksize: 1468, windowsize: 4, tsize: true } },
  ],
  [
    'upper case',
    rrq('A', 'NETASCII', 'BLKSIZE', '1024', 'TimeOut', '3'),
    { file: 'A', mode: 'netascii', options: { blksize: 1024, timeout: 3 } },
  ],
  [
    'values above our limits',
    rrq('a', 'octet', 'blksize', '65464', 'windowsize', '65535'),
    { file: 'a', mode: 'octet', options: { blksize: 1468, windowsize: 64 } },
  ],
  [
    'values out of range',
    rrq('a', 'octet', 'blksize', '7', 'windowsize', '0', 'timeout', '256', 'rollover', '1'),
    { file: 'a', mode: 'octet', options: {} },
  ],
  [
    'values that are no numbers',
    rrq('a', 'octet', 'blksize', 'abc', 'windowsize', '-1'),
    { file: 'a', mode: 'octet', options: {} },
  ],
  [
    'an option without a value',
    rrq('a', 'octet', 'blksize'),
    { file: 'a', mode: 'octet', options: {} },
  ],
];
for (const [what, bytes, expected] of requests) {
  test(`a request with ${what} is read`, () => {
    assert.deepEqual(parseReadRequest(bytes), expected);
    const again = parseReadRequest(canonicalRequest(expected));
    const { timeout: _dropped, ...options } = expected.options;
    assert.deepEqual(again, { ...expected, mode: 'octet', options });
  });
}

const refused: [string, Buffer, string][] = [
  ['nothing', Buffer.alloc(0), 'tftp-malformed'],
  ['one byte', Buffer.alloc(1), 'tftp-malformed'],
  ['no end of the last string', rrq('a', 'octet').subarray(0, -1), 'tftp-malformed'],
  ['no file name', rrq('', 'octet'), 'tftp-malformed'],
  ['mode mail', rrq('a', 'mail'), 'tftp-mode'],
  ['513 bytes', rrq('a'.repeat(504), 'octet'), 'tftp-malformed'],
  ['an acknowledgement', Buffer.from([0, 4, 0, 0]), 'tftp-malformed'],
  ['a write', Buffer.from('\0\x02a\0octet\0', 'latin1'), 'tftp-write'],
];
for (const [what, bytes, code] of refused) {
  test(`${what} is refused as ${code}`, () => {
    assert.throws(() => parseReadRequest(bytes), { code });
  });
}

const names: [string, string | undefined][] = [
  ['snponly.efi', 'snponly.efi'],
  ['/snponly.efi', 'snponly.efi'],
  ['//grub//x86_64-efi/command.lst', 'grub/x86_64-efi/command.lst'],
  ['\\boot\\start4.elf', 'boot/start4.elf'],
  ['./a/./b', 'a/b'],
  ['..x', '..x'],
  ['../a', undefined],
  ['a/../../b', undefined],
  ['..\\a', undefined],
  ['a\nb', undefined],
  ['/', undefined],
];
for (const [name, expected] of names) {
  test(`the name ${JSON.stringify(name)} is ${expected ?? 'refused'}`, () => {
    assert.equal(normalizeName(name), expected);
  });
}

test('netascii ends lines with CR LF and keeps a lone CR apart', () => {
  assert.equal(toNetascii(Buffer.from('a\nb\rc')).toString(), 'a\r\nb\r\0c');
});

test('law: any bytes give a request or our error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.constantFrom(0, 1), (bytes, opcode) => {
      const request = Uint8Array.from([0, opcode, ...bytes]);
      try {
        parseReadRequest(request);
      } catch (error) {
        assert.ok(error instanceof InputError, String(error));
      }
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 2000) },
  );
});
