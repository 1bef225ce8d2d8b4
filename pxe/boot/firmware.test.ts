import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Ipv4, macBytes, parseIpv4, parseMac } from '../../wire/address.ts';
import type { Quirks } from '../../wire/pxe.ts';
import { OPTION } from '../dhcp/options.ts';
import { type DhcpPacket, MESSAGE, textBytes } from '../dhcp/packet.ts';
import { bootClient, chooseBoot } from './firmware.ts';

interface Asked {
  readonly mac?: string;
  readonly vendorClass?: string;
  readonly architectures?: readonly number[];
  readonly userClass?: Uint8Array;
  readonly ipxe?: readonly number[];
  readonly machineId?: Uint8Array;
}

function discover(asked: Asked): DhcpPacket {
  const {
    mac = '52:54:00:aa:00:01',
    vendorClass,
    architectures,
    userClass,
    ipxe,
    machineId,
  } = asked;
  const parsed = parseMac(mac);
  assert.ok(parsed);
  const chaddr = new Uint8Array(16);
  chaddr.set(macBytes(parsed));
  const zero = 0 as Ipv4;
  const options: [number, Uint8Array | undefined][] = [
    [OPTION.messageType, Uint8Array.of(MESSAGE.discover)],
    [OPTION.vendorClass, vendorClass === undefined ? undefined : textBytes(vendorClass)],
    [
      OPTION.clientArchitecture,
      architectures && Uint8Array.from(architectures.flatMap((one) => [one >> 8, one & 255])),
    ],
    [OPTION.userClass, userClass],
    [OPTION.ipxe, ipxe && Uint8Array.from(ipxe)],
    [OPTION.machineId, machineId],
  ];
  return {
    ...{
      op: 1,
      htype: 1,
      hlen: 6,
      hops: 0,
      xid: 1,
      secs: 0,
      flags: 0,
      sname: '',
      file: '',
      chaddr,
    },
    ...{ ciaddr: zero, yiaddr: zero, siaddr: zero, giaddr: zero },
    options: new Map(options.flatMap(([code, value]) => (value ? [[code, value] as const] : []))),
  };
}

const server = { address: parseIpv4('10.0.0.2') as Ipv4, httpPort: 8642 };

const anyFile = () => true;

function answer(
  asked: Asked,
  quirks: Quirks = {},
  mode: 'proxy' | 'server' = 'proxy',
  hasFile: (name: string) => boolean = anyFile,
) {
  const client = bootClient(discover(asked));
  assert.ok(client);
  const boot = chooseBoot(client, { server, quirks, mode, hasFile });
  return boot && { ...boot, why: undefined };
}

const SCRIPT = 'http://10.0.0.2:8642/ipxe/52-54-00-aa-00-01';
const HTTP_FEATURE = [0x13, 1, 1];
const PXE = 'PXEClient:Arch:00007:UNDI:003000';

const files: [string, Asked, string | undefined][] = [
  [
    'BIOS',
    { vendorClass: 'PXEClient:Arch:00000:UNDI:002001', architectures: [0] },
    'undionly.kpxe',
  ],
  ['UEFI x64', { vendorClass: PXE, architectures: [7] }, 'snponly.efi'],
  ['UEFI x64 that says EBC', { vendorClass: PXE, architectures: [9] }, 'snponly.efi'],
  ['UEFI arm64', { vendorClass: 'PXEClient:Arch:00011', architectures: [11] }, 'snponly-arm64.efi'],
  [
    'the first known of several',
    { vendorClass: PXE, architectures: [77, 11, 7] },
    'snponly-arm64.efi',
  ],
  [
    'an architecture in the vendor class only',
    { vendorClass: 'PXEClient:Arch:00011:UNDI:003000' },
    'snponly-arm64.efi',
  ],
  [
    'an unknown architecture',
    { vendorClass: 'PXEClient:Arch:00077', architectures: [77] },
    undefined,
  ],
  [
    'iPXE by raw user class',
    { vendorClass: PXE, architectures: [7], userClass: textBytes('iPXE') },
    SCRIPT,
  ],
  [
    'iPXE in a list of user classes',
    {
      vendorClass: PXE,
      architectures: [7],
      userClass: Uint8Array.of(1, 0x78, 4, ...textBytes('iPXE')),
    },
    SCRIPT,
  ],
  [
    'FlexBoot: features with HTTP, no user class',
    { vendorClass: PXE, architectures: [7], ipxe: HTTP_FEATURE },
    SCRIPT,
  ],
  [
    'an iPXE without HTTP, which gets ours',
    { vendorClass: PXE, architectures: [7], userClass: textBytes('iPXE'), ipxe: [0x15, 1, 1] },
    'snponly.efi',
  ],
  [
    'UEFI HTTP boot',
    { vendorClass: 'HTTPClient:Arch:00016:UNDI:003000', architectures: [16] },
    'http://10.0.0.2:8642/boot/52-54-00-aa-00-01/snponly.efi',
  ],
  [
    'a Raspberry Pi that says BIOS',
    { mac: 'dc:a6:32:00:00:01', vendorClass: 'PXEClient:Arch:00000', architectures: [0] },
    'start4.elf',
  ],
  [
    'a Raspberry Pi of another maker of cards, by its option 97',
    {
      vendorClass: 'PXEClient:Arch:00000:UNDI:002001',
      architectures: [0],
      machineId: textBytes('\0RPi5\u0017\u0041\u00d0\0abcdefgh'),
    },
    'start4.elf',
  ],
  [
    'a Raspberry Pi by its own number',
    { vendorClass: 'PXEClient', architectures: [41] },
    'start4.elf',
  ],
  [
    'a Raspberry Pi that runs UEFI firmware',
    { mac: 'dc:a6:32:00:00:01', vendorClass: 'PXEClient:Arch:00011', architectures: [11] },
    'snponly-arm64.efi',
  ],
];
for (const [what, asked, file] of files) {
  test(`${what} is given ${file ?? 'nothing'}`, () => {
    assert.equal(answer(asked)?.file, file);
  });
}

const ARM64: Asked = { vendorClass: 'PXEClient:Arch:00011:UNDI:003000', architectures: [11] };
const choices: [string, readonly string[], string][] = [
  ['iPXE, where there is one', ['snponly-arm64.efi', 'grubaa64.efi'], 'snponly-arm64.efi'],
  ['GRUB, where there is no iPXE', ['grubaa64.efi'], 'grubaa64.efi'],
  ['the name of what is missing, where there is nothing', [], 'snponly-arm64.efi'],
];
for (const [what, there, file] of choices) {
  test(`an arm64 machine is given ${what}`, () => {
    assert.equal(answer(ARM64, {}, 'proxy', (name) => there.includes(name))?.file, file);
  });
}

test('by HTTP it is not given GRUB, which has no HTTP there', () => {
  const http: Asked = { vendorClass: 'HTTPClient:Arch:00019:UNDI:003000', architectures: [19] };
  const file = answer(http, {}, 'proxy', (name) => name === 'grubaa64.efi')?.file;
  assert.match(file ?? '', /\/snponly-arm64\.efi$/);
});

test('the processor follows from option 93', () => {
  const architecture = (asked: Asked) => bootClient(discover(asked))?.firmware?.architecture;
  assert.equal(architecture(ARM64), 'arm64');
  assert.equal(architecture({ vendorClass: PXE, architectures: [7] }), 'amd64');
  assert.equal(architecture({ vendorClass: 'PXEClient', architectures: [27] }), undefined);
});

test('who names no PXEClient or HTTPClient is no network boot', () => {
  assert.equal(bootClient(discover({})), undefined);
  assert.equal(bootClient(discover({ vendorClass: 'MSFT 5.0' })), undefined);
});

test('a Raspberry Pi gets the menu entry that its ROM looks for', () => {
  const boot = answer({
    mac: 'b8:27:eb:00:00:01',
    vendorClass: 'PXEClient:Arch:00000',
    architectures: [0],
  });
  // Sub-options 6 (take the file that is given), 9 (boot menu: type 0, then length and text) and 10 (prompt), then the end.
  const menu = `\u0006\u0001\b\t\u0014\0\0\u0011Raspberry Pi Boot\n\u0004\0PXE\u00ff`;
  assert.equal(Buffer.from(boot?.vendorOptions ?? []).toString('latin1'), menu);
  assert.equal(boot?.vendorClass, 'PXEClient');
});

const UEFI: Asked = { vendorClass: PXE, architectures: [7] };
const quirks: [string, Quirks, 'proxy' | 'server', object][] = [
  ['no option 60 in server mode', { noVendorClass: true }, 'server', { vendorClass: undefined }],
  [
    'no option 60 never in proxy mode, where firmware needs it',
    { noVendorClass: true },
    'proxy',
    { vendorClass: 'PXEClient' },
  ],
  ['no option 43', { noVendorOptions: true }, 'proxy', { vendorOptions: undefined }],
  [
    'HTTP for firmware that did not ask',
    { forceHttp: true },
    'proxy',
    { file: 'http://10.0.0.2:8642/boot/52-54-00-aa-00-01/snponly.efi' },
  ],
  ['the signed chain', { secureBoot: true }, 'server', { file: 'shimx64.efi' }],
];
for (const [what, given, mode, expected] of quirks) {
  test(`quirk: ${what}`, () => {
    const boot = answer(UEFI, given, mode);
    assert.ok(boot);
    for (const [key, value] of Object.entries(expected)) {
      assert.deepEqual(boot[key as keyof typeof boot], value);
    }
  });
}

test('the machine id reads as dmidecode prints it; one of zeros is none', () => {
  const machineId = Uint8Array.from([0, ...Array.from({ length: 16 }, (_, i) => i + 1)]);
  assert.equal(
    bootClient(discover({ ...UEFI, machineId }))?.uuid,
    '04030201-0605-0807-090a-0b0c0d0e0f10',
  );
  assert.equal(bootClient(discover({ ...UEFI, machineId: new Uint8Array(17) }))?.uuid, undefined);
  assert.equal(bootClient(discover({ ...UEFI, machineId: new Uint8Array(0) }))?.uuid, undefined);
});
