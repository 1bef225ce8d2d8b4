/** Virtual machines that boot from a test network with real firmware. QEMU by emulation: KVM is not everywhere. Needs root. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestNetwork } from './network.ts';
import { startProcess, type TestProcess } from './process.ts';

export type FirmwareKind =
  | 'bios'
  | 'uefi'
  | 'uefi-http'
  | 'uefi-secure'
  | 'uefi-arm64'
  | 'uefi-arm64-http';

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
 * `uefi-secure` by OVMF's PXE with Microsoft's keys enrolled and Secure Boot enforced; `uefi-arm64` and `uefi-arm64-http` by AAVMF.
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
      ...(isArm(firmware) ? [] : ['-boot', 'n']),
    ],
    ...['-netdev', `tap,id=n0,ifname=${tap},script=no,downscript=no,vnet_hdr=off`, '-device', card],
    ...(disk === undefined ? [] : ['-drive', `file=${disk},format=raw,if=virtio`]),
    ...firmwareArguments(firmware, folder),
  ];
  const process = startProcess('ip', [
    'netns',
    'exec',
    network.switchNamespace,
    isArm(firmware) ? 'qemu-system-aarch64' : 'qemu-system-x86_64',
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

const isArm = (firmware: FirmwareKind) => firmware.startsWith('uefi-arm64');

function firmwareArguments(firmware: FirmwareKind, folder: string): string[] {
  if (firmware === 'bios') return [];
  const isSecure = firmware === 'uefi-secure';
  const keys = isSecure ? '.ms' : '';
  const [code, variables] = isArm(firmware)
    ? ['/usr/share/AAVMF/AAVMF_CODE.fd', '/usr/share/AAVMF/AAVMF_VARS.fd']
    : [`/usr/share/OVMF/OVMF_CODE_4M${keys}.fd`, `/usr/share/OVMF/OVMF_VARS_4M${keys}.fd`];
  const own = join(folder, 'vars.fd');
  copyFileSync(variables, own);
  const board = isArm(firmware)
    ? ['-machine', 'virt', '-cpu', 'cortex-a72']
    : [
        ...['-machine', isSecure ? 'q35,smm=on' : 'q35'],
        ...['-global', `driver=cfi.pflash01,property=secure,value=${isSecure ? 'on' : 'off'}`],
      ];
  // Only one kind of network boot, so that the firmware does not try the others first.
  const without = firmware.endsWith('-http')
    ? ['IPv4PXESupport', 'IPv6PXESupport']
    : ['IPv6PXESupport'];
  return [
    ...board,
    ...['-drive', `if=pflash,format=raw,readonly=on,file=${code}`],
    ...['-drive', `if=pflash,format=raw,file=${own}`],
    ...without.flatMap((name) => ['-fw_cfg', `name=opt/org.tianocore/${name},string=n`]),
  ];
}
