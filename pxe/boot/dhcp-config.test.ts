import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Ipv4, parseIpv4 } from '../../wire/address.ts';
import { DHCP_SERVERS, dhcpConfig } from './dhcp-config.ts';

const server = { address: parseIpv4('10.0.0.2') as Ipv4, httpPort: 8642 };

for (const kind of DHCP_SERVERS) {
  test(`the lines for ${kind} name every boot file, our address, and iPXE's script`, () => {
    const text = dhcpConfig(kind, server);
    for (const file of [
      'undionly.kpxe',
      'snponly.efi',
      'snponly-arm64.efi',
      'HTTPClient',
      '10.0.0.2',
    ]) {
      assert.ok(text.includes(file), file);
    }
    // biome-ignore lint/suspicious/noTemplateCurlyInString: iPXE fills it in
    assert.ok(text.includes('http://10.0.0.2:8642/ipxe/${netX/mac:hexhyp}'));
  });
}

/** How each server says whether it takes a file. */
const CHECKS: Readonly<Record<(typeof DHCP_SERVERS)[number], (file: string) => string[]>> = {
  dnsmasq: (file) => ['dnsmasq', '--test', `--conf-file=${file}`],
  kea: (file) => ['kea-dhcp4', '-t', file],
  isc: (file) => ['dhcpd', '-t', '-cf', file],
};
for (const kind of DHCP_SERVERS) {
  test(`${kind} takes its lines`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'clustermon-dhcp-config-'));
    const file = join(folder, 'clustermon.conf');
    writeFileSync(file, dhcpConfig(kind, server));
    const [program = '', ...args] = CHECKS[kind](file);
    const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    assert.equal(status, 0, stderr);
  });
}
