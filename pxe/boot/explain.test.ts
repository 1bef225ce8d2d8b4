import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeEvent, NodeState } from '../../wire/pxe.ts';
import { diagnose, expectedNext, lastAttempt } from './explain.ts';

/** `seconds kind text` a line. */
function timeline(...lines: string[]): NodeEvent[] {
  return lines.map((line, id) => {
    const [seconds = '', kind = '', ...text] = line.split(' ');
    return { id, atMs: Number(seconds) * 1000, mac: '', kind, text: text.join(' ') };
  });
}

const SCRIPT = 'http://10.0.0.2:8642/ipxe/52-54-00-aa-00-01';

/** Mode, seconds from the first event to the question, codes expected, timeline. */
const cases: [string, 'proxy' | 'server', number, string[], NodeEvent[]][] = [
  ['nothing', 'proxy', 0, ['never-heard'], []],
  ['one offer, just now', 'proxy', 1, [], timeline('0 dhcp-offer snponly.efi')],
  [
    'offers that nobody follows',
    'proxy',
    15,
    ['no-dhcp-server'],
    timeline('0 dhcp-offer snponly.efi', '4 dhcp-offer snponly.efi'),
  ],
  [
    'two servers’ offers that the firmware does not merge',
    'proxy',
    15,
    ['offers-not-merged'],
    timeline(
      '0 dhcp-offer snponly.efi',
      '0 dhcp-foreign 10.0.0.1 offers',
      '4 dhcp-offer snponly.efi',
    ),
  ],
  [
    'a 4011 request that is repeated',
    'proxy',
    10,
    ['boot-server-unanswered'],
    timeline('0 dhcp-offer x', '1 dhcp-request x', '2 pxe-ack x', '3 pxe-ack x', '5 pxe-ack x'),
  ],
  [
    'a script that was never fetched',
    'server',
    60,
    ['script-not-fetched'],
    timeline(`0 dhcp-offer 10.0.0.9; ${SCRIPT}`, `1 dhcp-ack 10.0.0.9; ${SCRIPT}`),
  ],
  [
    'a wait of 16 s for an IPv6 router',
    'server',
    17,
    ['ipv6-wait'],
    timeline(`0 dhcp-ack 10.0.0.9; ${SCRIPT}`, '16 http-script GET /ipxe/x'),
  ],
  [
    'an address and nothing more',
    'server',
    60,
    ['nothing-fetched'],
    timeline('0 dhcp-offer 10.0.0.9; snponly.efi', '3 dhcp-ack 10.0.0.9; snponly.efi'),
  ],
  [
    'GRUB that asks the other server',
    'proxy',
    60,
    ['grub-wrong-server'],
    timeline(
      '0 dhcp-offer shimx64.efi',
      '3 dhcp-request x',
      '4 tftp-sent shimx64.efi',
      '5 tftp-sent grubx64.efi',
    ),
  ],
  [
    'an installer that is silent',
    'server',
    300,
    ['installer-silent'],
    timeline(
      '0 http-script GET',
      '1 http-file GET /media/amd64/vmlinuz',
      '2 http-file GET /media/amd64/initramfs.img',
    ),
  ],
  [
    'a boot file that is missing',
    'proxy',
    5,
    ['file-missing'],
    timeline('0 dhcp-offer x', '1 tftp-missing snponly.efi'),
  ],
  ['no address left', 'server', 5, ['no-address'], timeline('0 dhcp-exhausted every address')],
  ['a second DHCP server', 'server', 5, ['two-servers'], timeline('0 dhcp-held-back another')],
  [
    'a link that came up late',
    'server',
    5,
    ['late-link'],
    timeline(
      '0 dhcp-offer snponly.efi, after 32 s of asking',
      '4 dhcp-ack x',
      '5 tftp-sent snponly.efi',
    ),
  ],
  [
    'a boot that went well',
    'proxy',
    400,
    [],
    timeline(
      '0 dhcp-offer snponly.efi',
      '4 dhcp-request x',
      '5 tftp-sent snponly.efi',
      `6 dhcp-offer ${SCRIPT}`,
      '7 http-script GET',
      '8 http-file GET /media/amd64/vmlinuz',
      '9 http-file GET /media/amd64/initramfs.img',
      '30 installer hello',
    ),
  ],
];
for (const [what, mode, seconds, codes, events] of cases) {
  test(`${what}: ${codes.join(', ') || 'nothing is wrong'}`, () => {
    const found = diagnose({ events, nowMs: seconds * 1000, mode });
    assert.deepEqual(
      found.map(({ code }) => code),
      codes,
    );
  });
}

const MISSING: [string, string, RegExp | undefined][] = [
  [
    'an x64 loader',
    'tftp-missing snponly.efi',
    /^snponly\.efi: it comes with the package ipxe; or put it/,
  ],
  ['an arm64 loader', 'tftp-missing snponly-arm64.efi', /ipxe \(Debian 13 or later\)/],
  ['a loader by HTTP', 'http-missing GET /boot/52-54-00-aa-00-01/shimx64.efi', /shim-signed/],
  ['a Raspberry Pi’s firmware', 'tftp-missing start4.elf', /Raspberry Pi.*boot partition/],
  ['what a Raspberry Pi tries first', 'tftp-missing 1a2b3c4d/start4.elf', undefined],
  ['what shim can do without', 'tftp-missing revocations_sku.efi', undefined],
];
for (const [what, event, advice] of MISSING) {
  test(`${what} that is missing: ${advice ? 'where it comes from' : 'nothing is wrong'}`, () => {
    const found = diagnose({ events: timeline(`0 ${event}`), nowMs: 1000, mode: 'server' });
    if (advice) assert.match(found[0]?.advice ?? '', advice);
    else assert.deepEqual(found, []);
  });
}

test('only the last attempt counts: back to a pause of two minutes', () => {
  const events = timeline(
    '0 dhcp-offer x',
    '4 dhcp-offer x',
    '300 dhcp-offer x',
    '310 dhcp-request x',
  );
  assert.deepEqual(lastAttempt(events), events.slice(2));
  assert.deepEqual(lastAttempt([]), []);
});

test('an installer that has not reported for a minute is gone', () => {
  const node = {
    state: 'installing',
    lastContact: { atMs: 1000, what: 'report: extrbase 40 %' },
  } as const;
  const codes = (nowMs: number, state: NodeState) =>
    diagnose({
      events: timeline('0 task-begin extrbase'),
      nowMs,
      mode: 'proxy',
      node: { ...node, state },
    }).map(({ code }) => code);
  assert.deepEqual(codes(61_000, 'installing'), []);
  assert.deepEqual(codes(61_001, 'installing'), ['installer-gone']);
  assert.deepEqual(codes(61_001, 'installed'), []);
});

test('a machine that has its script is to fetch the kernel, unless it boots from its disk', () => {
  const codes = (state: NodeState) =>
    diagnose({
      events: timeline('0 http-script GET /ipxe/x'),
      nowMs: 61_000,
      mode: 'server',
      node: { state },
    }).map(({ code }) => code);
  assert.deepEqual(codes('discovered'), ['kernel-not-fetched']);
  assert.deepEqual(codes('up'), []);
});

const FILES: [string, string][] = [
  ['snponly.efi, 100 bytes in 0.1 s', 'DISCOVER of iPXE'],
  ['shimx64.efi, 100 bytes in 0.1 s', 'the next boot file by TFTP'],
  ['/grub/grub.cfg, 100 bytes in 0.1 s', 'its kernel by TFTP, or its own disk'],
  ['/media/arm64/initramfs.img, 100 bytes in 0.1 s', 'first report of the installer'],
];
for (const [text, expected] of FILES) {
  test(`after ${text}: ${expected}`, () => {
    assert.equal(expectedNext({ kind: 'tftp-sent', text }, 'discovered'), expected);
  });
}

const EXPECTATIONS: [NodeState | undefined, string, string | undefined][] = [
  [undefined, 'dhcp-offer', 'REQUEST of the offered address'],
  ['discovered', 'classes', 'its approval'],
  ['approved', 'classes', 'next report of the installer'],
  ['installing', 'report', 'next report of the installer'],
  ['failed', 'task-failed', 'somebody to install it again'],
  ['installed', 'dhcp-ack', 'first metrics of its agent'],
  ['up', 'dhcp-ack', undefined],
];
for (const [state, kind, expected] of EXPECTATIONS) {
  test(`after ${kind}, a machine that is ${state ?? 'unknown'}: ${expected ?? 'nothing'} comes next`, () => {
    assert.equal(expectedNext({ kind, text: '' }, state), expected);
  });
}
