/** Lines for a DHCP server that is not ours, so that it sends machines here (mode `off`). Pure. */

import { formatIpv4 } from '../../wire/address.ts';
import { type BootServer, baseUrl } from './firmware.ts';

export const DHCP_SERVERS = ['dnsmasq', 'kea', 'isc'] as const;
export type DhcpServerKind = (typeof DHCP_SERVERS)[number];

interface Row {
  readonly name: string;
  /** Values of option 93. */
  readonly architectures: readonly number[];
  readonly file: string;
  readonly isHttp: boolean;
}

function rows(server: BootServer): Row[] {
  const url = (file: string) => `${baseUrl(server)}/boot/${file}`;
  return [
    { name: 'bios', architectures: [0], file: 'undionly.kpxe', isHttp: false },
    { name: 'efi-x64', architectures: [7, 9], file: 'snponly.efi', isHttp: false },
    { name: 'efi-arm64', architectures: [11], file: 'snponly-arm64.efi', isHttp: false },
    { name: 'http-x64', architectures: [16], file: url('snponly.efi'), isHttp: true },
    { name: 'http-arm64', architectures: [19], file: url('snponly-arm64.efi'), isHttp: true },
  ];
}

/** iPXE asks here for its own script; `${netX/mac:hexhyp}` is filled in by iPXE itself. */
function ipxeUrl(server: BootServer): string {
  return `${baseUrl(server)}/ipxe/\${netX/mac:hexhyp}`;
}

/** The text to put into the configuration of `kind`. */
export function dhcpConfig(kind: DhcpServerKind, server: BootServer): string {
  switch (kind) {
    case 'dnsmasq':
      return dnsmasq(server);
    case 'kea':
      return kea(server);
    case 'isc':
      return isc(server);
  }
}

function dnsmasq(server: BootServer): string {
  const address = formatIpv4(server.address);
  const lines = [
    '# /etc/dnsmasq.d/clustermon.conf',
    'dhcp-match=set:ipxe,175',
    ...rows(server).flatMap(({ name, architectures }) =>
      architectures.map((number) => `dhcp-match=set:${name},option:client-arch,${number}`),
    ),
    // The address is needed: iPXE takes no boot file from a server 0.0.0.0.
    `dhcp-boot=tag:ipxe,${ipxeUrl(server)},,${address}`,
    ...rows(server).flatMap(({ name, file, isHttp }) => [
      ...(isHttp ? [`dhcp-option-force=tag:${name},tag:!ipxe,60,HTTPClient`] : []),
      `dhcp-boot=tag:${name},tag:!ipxe,${file},,${address}`,
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function kea(server: BootServer): string {
  const address = formatIpv4(server.address);
  const hex = (number: number) => `0x${number.toString(16).padStart(4, '0')}`;
  const classes = [
    {
      name: 'clustermon-ipxe',
      test: 'option[175].exists',
      'next-server': address,
      'boot-file-name': ipxeUrl(server),
    },
    ...rows(server).map(({ name, architectures, file, isHttp }) => ({
      name: `clustermon-${name}`,
      test: `not option[175].exists and (${architectures.map((number) => `option[93].hex == ${hex(number)}`).join(' or ')})`,
      'next-server': address,
      'boot-file-name': file,
      ...(isHttp && {
        'option-data': [
          { name: 'vendor-class-identifier', data: 'HTTPClient', 'always-send': true },
        ],
      }),
    })),
  ];
  return `${JSON.stringify({ Dhcp4: { 'client-classes': classes } }, null, 2)}\n`;
}

function isc(server: BootServer): string {
  const address = formatIpv4(server.address);
  const hex = (number: number) => `00:${number.toString(16).padStart(2, '0')}`;
  const branches = rows(server).map(({ architectures, file, isHttp }) => {
    const condition = architectures
      .map((number) => `option clustermon-arch = ${hex(number)}`)
      .join(' or ');
    const vendor = isHttp ? '\n  option vendor-class-identifier "HTTPClient";' : '';
    return `elsif ${condition} {${vendor}\n  filename "${file}";\n}`;
  });
  return [
    '# dhcpd.conf',
    'option clustermon-arch code 93 = string;',
    'option clustermon-ipxe code 175 = string;',
    `next-server ${address};`,
    `if exists clustermon-ipxe {\n  filename "${ipxeUrl(server)}";\n}`,
    `${branches.join('\n')}\n`,
  ].join('\n');
}
