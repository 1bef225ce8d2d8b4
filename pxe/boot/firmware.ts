/**
 * Who asks to boot from the network, and what that firmware needs in its answer. One table, no I/O.
 * Sources: RFC 4578 (options 93, 94, 97), IANA "Processor Architecture Types", PXE 2.1, UEFI specification 24, iPXE's option 175.
 */
import { formatIpv4, type Ipv4, type Mac } from '../../wire/address.ts';
import type { Architecture, Quirks } from '../../wire/pxe.ts';
import { encapsulate, OPTION, readEncapsulated } from '../dhcp/options.ts';
import { clientMac, type DhcpPacket, textOption } from '../dhcp/packet.ts';

export interface Firmware {
  readonly name: string;
  /** How this architecture number asks for its boot file. */
  readonly transport: 'tftp' | 'http';
  /** Its processor by Debian's name; undefined where no kernel of ours could run. */
  readonly architecture?: Architecture;
  /** Boot loaders that it runs, best first: iPXE, else GRUB. */
  readonly files: readonly [string, ...string[]];
  /** The signed first stage that Secure Boot accepts. */
  readonly signedFile?: string;
}

const BIOS = { architecture: 'amd64', files: ['undionly.kpxe'] } as const;
const X64 = {
  architecture: 'amd64',
  files: ['snponly.efi'],
  signedFile: 'shimx64.efi',
} as const;
const ARM64 = {
  architecture: 'arm64',
  files: ['snponly-arm64.efi', 'grubaa64.efi'],
  signedFile: 'shimaa64.efi',
} as const;
const IA32 = { files: ['snponly-ia32.efi'] } as const;
const ARM32 = { files: ['snponly-arm32.efi'] } as const;
const RISCV64 = { files: ['snponly-riscv64.efi'] } as const;
// What the firmware of a Raspberry Pi loads is on its own SD card else: bootcode.bin (3), start4.elf (4), an EEPROM's kernel (5).
const RASPBERRY = { name: 'Raspberry Pi', transport: 'tftp', files: ['start4.elf'] } as const;

/** Option 93, processor architecture type. */
const FIRMWARE: ReadonlyMap<number, Firmware> = new Map<number, Firmware>([
  [0, { name: 'BIOS', transport: 'tftp', ...BIOS }],
  [6, { name: 'UEFI IA32', transport: 'tftp', ...IA32 }],
  [7, { name: 'UEFI x64', transport: 'tftp', ...X64 }],
  // Registered for EBC; firmware that sends it runs x64.
  [9, { name: 'UEFI x64 (as EBC)', transport: 'tftp', ...X64 }],
  [10, { name: 'UEFI arm32', transport: 'tftp', ...ARM32 }],
  [11, { name: 'UEFI arm64', transport: 'tftp', ...ARM64 }],
  [15, { name: 'UEFI IA32 HTTP', transport: 'http', ...IA32 }],
  [16, { name: 'UEFI x64 HTTP', transport: 'http', ...X64 }],
  [17, { name: 'UEFI x64 (as EBC) HTTP', transport: 'http', ...X64 }],
  [18, { name: 'UEFI arm32 HTTP', transport: 'http', ...ARM32 }],
  [19, { name: 'UEFI arm64 HTTP', transport: 'http', ...ARM64 }],
  [20, { name: 'BIOS HTTP', transport: 'http', ...BIOS }],
  [21, { name: 'U-Boot arm32', transport: 'tftp', ...ARM32 }],
  [22, { name: 'U-Boot arm64', transport: 'tftp', ...ARM64 }],
  [23, { name: 'U-Boot arm32 HTTP', transport: 'http', ...ARM32 }],
  [24, { name: 'U-Boot arm64 HTTP', transport: 'http', ...ARM64 }],
  [27, { name: 'UEFI RISC-V 64', transport: 'tftp', ...RISCV64 }],
  [28, { name: 'UEFI RISC-V 64 HTTP', transport: 'http', ...RISCV64 }],
  [41, RASPBERRY],
]);

const RASPBERRY_PREFIXES = ['b8:27:eb', 'dc:a6:32', 'e4:5f:01', 'd8:3a:dd', '2c:cf:67'];
/** How option 97 of a Raspberry Pi's boot loader begins, since 2020: type byte 0, then the board, such as `RPi4`. */
const RASPBERRY_ID = /^\0RPi\d/;

/** One client for each stage that `boot explain` shows. */
export const FIRMWARE_EXAMPLES: readonly Pick<BootClient, 'stage' | 'firmware'>[] = [
  { stage: 'rom', firmware: FIRMWARE.get(0) },
  { stage: 'rom', firmware: FIRMWARE.get(7) },
  { stage: 'rom', firmware: FIRMWARE.get(11) },
  { stage: 'http-rom', firmware: FIRMWARE.get(16) },
  { stage: 'http-rom', firmware: FIRMWARE.get(19) },
  { stage: 'ipxe', firmware: undefined },
];

export interface BootClient {
  readonly mac: Mac;
  /** `rom`: firmware over TFTP; `http-rom`: UEFI HTTP boot; `ipxe`: iPXE that can fetch a script by HTTP. */
  readonly stage: 'rom' | 'http-rom' | 'ipxe';
  /** Undefined when the architecture is not in the table. */
  readonly firmware: Firmware | undefined;
  /** Option 97 as dmidecode(8) prints it; undefined when absent or all zero. */
  readonly uuid: string | undefined;
}

/** The machine behind a request, or undefined when it is no network boot: an operating system, or no Ethernet. */
export function bootClient(packet: DhcpPacket): BootClient | undefined {
  const mac = clientMac(packet);
  const vendorClass = textOption(packet, OPTION.vendorClass) ?? '';
  const isPxe = vendorClass.startsWith('PXEClient');
  const isHttp = vendorClass.startsWith('HTTPClient');
  if (mac === undefined || !(isPxe || isHttp)) return undefined;
  return {
    mac,
    stage: runsScripts(packet) ? 'ipxe' : isHttp ? 'http-rom' : 'rom',
    firmware: firmwareOf(packet, mac, vendorClass),
    uuid: machineUuid(packet),
  };
}

/** Option 93 may list several architectures: the first known one counts. Where it is absent, the vendor class has it. */
function firmwareOf(packet: DhcpPacket, mac: Mac, vendorClass: string): Firmware | undefined {
  const listed = packet.options.get(OPTION.clientArchitecture) ?? new Uint8Array();
  const named = /^(?:PXE|HTTP)Client:Arch:(\d{5})/.exec(vendorClass)?.[1];
  const numbers = [
    ...Array.from(
      { length: listed.length >> 1 },
      (_, i) => listed[2 * i]! * 256 + listed[2 * i + 1]!,
    ),
    ...(named === undefined ? [] : [Number(named)]),
  ];
  const known = numbers.find((number) => FIRMWARE.has(number));
  // The Raspberry Pi's boot loader calls itself a BIOS.
  if (known === 0 && isRaspberry(packet, mac)) return RASPBERRY;
  return known === undefined ? undefined : FIRMWARE.get(known);
}

function isRaspberry(packet: DhcpPacket, mac: Mac): boolean {
  const id = Buffer.from(packet.options.get(OPTION.machineId) ?? []).toString('latin1');
  return RASPBERRY_ID.test(id) || RASPBERRY_PREFIXES.some((prefix) => mac.startsWith(prefix));
}

/** Feature codes inside option 175. */
const IPXE_FEATURE_HTTP = 0x13;
/** Offered back inside option 175: do not wait for ProxyDHCP answers. */
const IPXE_NO_PROXY_WAIT = 0xb0;

/**
 * iPXE says so in the user class, as raw text or in RFC 3004's list; vendors' builds (FlexBoot) only in option 175.
 * One that lists its features without HTTP cannot fetch a script by URL, and is treated as firmware.
 */
function runsScripts(packet: DhcpPacket): boolean {
  const features = packet.options.get(OPTION.ipxe);
  const hasHttp = features && readEncapsulated(features).has(IPXE_FEATURE_HTTP);
  return hasHttp ?? userClasses(packet).includes('iPXE');
}

function userClasses(packet: DhcpPacket): string[] {
  const value = packet.options.get(OPTION.userClass);
  if (!value) return [];
  const text = Buffer.from(value).toString('latin1');
  const classes = [text];
  for (let at = 0; at < text.length; at += 1 + text.charCodeAt(at)) {
    classes.push(text.slice(at + 1, at + 1 + text.charCodeAt(at)));
  }
  return classes;
}

/** Type byte 0, then the SMBIOS UUID, whose first three fields are little-endian (SMBIOS 3 §7.2.1). */
function machineUuid(packet: DhcpPacket): string | undefined {
  const value = packet.options.get(OPTION.machineId);
  if (value?.length !== 17 || value[0] !== 0 || value.every((byte) => byte === 0)) return undefined;
  const order = [4, 3, 2, 1, 6, 5, 8, 7, 9, 10, 11, 12, 13, 14, 15, 16];
  const digits = order.map((at) => value[at]!.toString(16).padStart(2, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The appliance as the machine sees it. */
export interface BootServer {
  readonly address: Ipv4;
  readonly httpPort: number;
}

/** What goes into a DHCP answer so that the machine boots from here. */
export interface BootAnswer {
  /** Option 60; undefined leaves it out. */
  readonly vendorClass: 'PXEClient' | 'HTTPClient' | undefined;
  /** Header field `file` and option 67: a TFTP name or a URL. */
  readonly file: string;
  /** Of the boot loader behind it; undefined for a script. */
  readonly loader?: string;
  /** Option 43. */
  readonly vendorOptions: Uint8Array | undefined;
  /** Option 175. */
  readonly ipxeOptions: Uint8Array | undefined;
  readonly why: string;
}

/** PXE discovery control, sub-option 6: bit 3 is "take the file that is given, do not look for boot servers". */
const USE_GIVEN_FILE = [6, [8]] as const;
/** The Raspberry Pi's ROM boots only from an answer with this menu entry. */
const RASPBERRY_MENU = [
  [9, [0, 0, 17, ...Buffer.from('Raspberry Pi Boot')]],
  [10, [0, ...Buffer.from('PXE')]],
] as const;

/** What an answer depends on besides the client. */
export interface BootChoice {
  readonly server: BootServer;
  readonly quirks: Quirks;
  /** `server`: we give the address too; `proxy`: another DHCP server does. */
  readonly mode: 'server' | 'proxy';
  /** Whether the appliance has a boot loader, by its name. */
  readonly hasFile: (name: string) => boolean;
}

/**
 * Chooses the answer for one stage of a boot.
 * @returns undefined for an architecture that is not in the table
 */
export function chooseBoot(
  client: BootClient,
  { server, quirks, mode, hasFile }: BootChoice,
): BootAnswer | undefined {
  const { firmware, stage, mac } = client;
  if (stage === 'ipxe') {
    return {
      // A proxy's offer counts only with it; in server mode iPXE does not look.
      vendorClass: mode === 'proxy' ? 'PXEClient' : undefined,
      file: scriptUrl(server, mac),
      vendorOptions: undefined,
      ipxeOptions: mode === 'server' ? encapsulate([[IPXE_NO_PROXY_WAIT, [1]]]) : undefined,
      why: 'iPXE by option 77 or 175: its own script',
    };
  }
  if (!firmware) return undefined;
  const { files, signedFile } = firmware;
  // Debian's GRUB has no HTTP: fetched that way it stops at its prompt.
  const usable = stage === 'http-rom' ? files.slice(0, 1) : files;
  // Where none is there, asking for the best puts its name, and that it is missing, on the timeline.
  const name = (quirks.secureBoot && signedFile) || (usable.find(hasFile) ?? files[0]);
  if (stage === 'http-rom') {
    return {
      vendorClass: 'HTTPClient',
      file: fileUrl(server, mac, name),
      loader: name,
      vendorOptions: undefined,
      ipxeOptions: undefined,
      why: `${firmware.name} by option 93: ${name} by HTTP`,
    };
  }
  const omitVendorClass = mode === 'server' && quirks.noVendorClass === true;
  return {
    vendorClass: omitVendorClass ? undefined : 'PXEClient',
    file: quirks.forceHttp ? fileUrl(server, mac, name) : name,
    loader: name,
    vendorOptions: quirks.noVendorOptions
      ? undefined
      : encapsulate(
          firmware.name === RASPBERRY.name ? [USE_GIVEN_FILE, ...RASPBERRY_MENU] : [USE_GIVEN_FILE],
        ),
    ipxeOptions: undefined,
    why: `${firmware.name} by option 93: ${name} by ${quirks.forceHttp ? 'HTTP (quirk)' : 'TFTP'}`,
  };
}

/** Where a machine's own iPXE script is. */
export function scriptUrl(server: BootServer, mac: Mac): string {
  return `${baseUrl(server)}/ipxe/${macInPath(mac)}`;
}

function fileUrl(server: BootServer, mac: Mac, name: string): string {
  // The machine's address in the path puts the fetch on its timeline whatever its IP address is.
  return `${baseUrl(server)}/boot/${macInPath(mac)}/${name}`;
}

export function baseUrl(server: BootServer): string {
  return `http://${formatIpv4(server.address)}:${server.httpPort}`;
}

/** Colons are legal in a path, but not to every firmware's URL parser. */
export function macInPath(mac: Mac): string {
  return mac.replaceAll(':', '-');
}
