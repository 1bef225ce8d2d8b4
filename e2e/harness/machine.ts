/** Virtual machines that boot from a test network with real firmware. QEMU by emulation: KVM is not everywhere. Needs root. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestNetwork } from './network.ts';
import { startProcess, type TestProcess } from './process.ts';

export type FirmwareKind = 'bios' | 'uefi' | 'uefi-http' | 'uefi-secure';

export interface Machine {
  readonly mac: string;
  readonly process: TestProcess;
  powerOff(): Promise<void>;
}

export interface MachineOptions {
  readonly firmware: FirmwareKind;
  /** 1 to 255: the end of its MAC address 52:54:00:aa:00:xx. */
  readonly number: number;
  readonly memoryMiB?: number;
  /** Disk image, raw; without one the machine has no disk. */
  readonly disk?: string;
}

/**
 * Powers a machine on, its network card on the bridge of the network.
 * `bios` boots by the iPXE in the card's ROM; `uefi` by OVMF's own PXE; `uefi-http` by OVMF's HTTP boot;
 * `uefi-secure` by OVMF's PXE with Microsoft's keys enrolled and Secure Boot enforced.
 */
export function powerOn(network: TestNetwork, options: MachineOptions): Machine {
  const { firmware, number, memoryMiB = 512, disk } = options;
  const tap = `tap${number}`;
  const mac = `52:54:00:aa:00:${number.toString(16).padStart(2, '0')}`;
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-vm-'));
  const ip = (...args: string[]) => execFileSync('ip', ['-n', network.switchNamespace, ...args]);
  ip('tuntap', 'add', tap, 'mode', 'tap');
  ip('link', 'set', tap, 'master', 'br0', 'up');
  const card = `virtio-net-pci,netdev=n0,mac=${mac}${firmware === 'bios' ? '' : ',romfile='}`;
  const args = [
    ...[
      '-accel',
      'tcg',
      '-m',
      String(memoryMiB),
      '-display',
      'none',
      '-serial',
      'stdio',
      '-boot',
      'n',
    ],
    ...['-netdev', `tap,id=n0,ifname=${tap},script=no,downscript=no,vnet_hdr=off`, '-device', card],
    ...(disk === undefined ? [] : ['-drive', `file=${disk},format=raw,if=virtio`]),
    ...firmwareArguments(firmware, folder),
  ];
  const process = startProcess('ip', [
    'netns',
    'exec',
    network.switchNamespace,
    'qemu-system-x86_64',
    ...args,
  ]);
  return {
    mac,
    process,
    async powerOff() {
      await process.end('SIGKILL');
      ip('link', 'del', tap);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function firmwareArguments(firmware: FirmwareKind, folder: string): string[] {
  if (firmware === 'bios') return [];
  const variables = join(folder, 'vars.fd');
  const keys = firmware === 'uefi-secure' ? '.ms' : '';
  copyFileSync(`/usr/share/OVMF/OVMF_VARS_4M${keys}.fd`, variables);
  const code = `/usr/share/OVMF/OVMF_CODE_4M${keys}.fd`;
  // Only one kind of network boot, so that OVMF does not try the others first.
  const without =
    firmware === 'uefi-http' ? ['IPv4PXESupport', 'IPv6PXESupport'] : ['IPv6PXESupport'];
  return [
    ...['-machine', firmware === 'uefi-secure' ? 'q35,smm=on' : 'q35'],
    ...[
      '-global',
      `driver=cfi.pflash01,property=secure,value=${firmware === 'uefi-secure' ? 'on' : 'off'}`,
    ],
    ...['-drive', `if=pflash,format=raw,readonly=on,file=${code}`],
    ...['-drive', `if=pflash,format=raw,file=${variables}`],
    ...without.flatMap((name) => ['-fw_cfg', `name=opt/org.tianocore/${name},string=n`]),
  ];
}
