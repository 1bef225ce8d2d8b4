/** A virtual machine with a disk, as one in a rack: it asks the network first, its disk second, and its plug can be pulled. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestNetwork } from './network.ts';
import { startProcess, type TestProcess } from './process.ts';

const OVMF = '/usr/share/OVMF';
/** setup-storage's alignment. */
const FIRST_PARTITION_BYTES = 1024 ** 2;

export interface RackMachineOptions {
  readonly firmware: 'bios' | 'uefi';
  /** 1 to 255: the end of its MAC address 52:54:00:aa:00:xx. */
  readonly number: number;
  readonly memoryMiB: number;
  /** Such as `4G`; empty at first. */
  readonly disk: string;
}

export interface RackMachine {
  readonly mac: string;
  /** What it has written on its serial console since it was made. */
  console(): string;
  powerOn(): void;
  powerOff(): Promise<void>;
  /** SHA-256 of the disk, while the machine is off. */
  diskHash(): string;
  /** Looks into the first partition of its disk, while the machine is off. */
  withDisk(look: (files: { exists(path: string): boolean }) => void): void;
  remove(): Promise<void>;
}

export function makeRackMachine(network: TestNetwork, options: RackMachineOptions): RackMachine {
  const { firmware, number, memoryMiB, disk } = options;
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-machine-'));
  const namespace = network.switchNamespace;
  const tap = `rack${number}`;
  const hex = number.toString(16).padStart(2, '0');
  const mac = `52:54:00:aa:00:${hex}`;
  const image = join(folder, 'disk.raw');
  execFileSync('qemu-img', ['create', '-q', '-f', 'raw', image, disk]);
  if (firmware === 'uefi') copyFileSync(join(OVMF, 'OVMF_VARS_4M.fd'), join(folder, 'vars.fd'));
  execFileSync('ip', ['-n', namespace, 'tuntap', 'add', tap, 'mode', 'tap']);
  execFileSync('ip', ['-n', namespace, 'link', 'set', tap, 'master', 'br0', 'up']);
  const card = `virtio-net-pci,netdev=n0,mac=${mac},bootindex=1`;
  const args = [
    ...['-accel', 'tcg,thread=multi', '-cpu', 'max', '-m', String(memoryMiB)],
    ...['-display', 'none', '-serial', 'stdio', '-monitor', 'none', '-rtc', 'base=utc'],
    ...['-netdev', `tap,id=n0,ifname=${tap},script=no,downscript=no,vnet_hdr=off`],
    ...['-device', firmware === 'uefi' ? `${card},romfile=` : card],
    ...['-drive', `file=${image},if=none,id=d0,format=raw,cache=unsafe,discard=unmap`],
    ...['-device', `virtio-blk-pci,drive=d0,serial=DISK${number},bootindex=2`],
    ...['-device', 'virtio-rng-pci'],
    ...['-uuid', `00000000-0000-4000-8000-0000000000${hex}`],
    ...(firmware === 'uefi' ? uefiArguments(folder) : []),
  ];
  let before = '';
  let current: TestProcess | undefined;
  return {
    mac,
    console: () => before + (current?.output() ?? ''),
    powerOn() {
      before += current?.output() ?? '';
      const command = ['netns', 'exec', namespace, 'qemu-system-x86_64', ...args];
      current = startProcess('ip', command);
    },
    async powerOff() {
      await current?.end('SIGKILL');
    },
    diskHash: () => execFileSync('sha256sum', [image], { encoding: 'utf8' }).slice(0, 64),
    withDisk: (look) => withMounted(image, join(folder, 'root'), look),
    async remove() {
      await current?.end('SIGKILL');
      execFileSync('ip', ['-n', namespace, 'link', 'del', tap]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A pulled plug leaves a journal behind, which is left alone. */
function withMounted(
  image: string,
  root: string,
  look: (files: { exists(path: string): boolean }) => void,
): void {
  mkdirSync(root, { recursive: true });
  const options = `ro,noload,loop,offset=${FIRST_PARTITION_BYTES}`;
  execFileSync('mount', ['-o', options, image, root]);
  try {
    look({ exists: (path) => existsSync(join(root, path)) });
  } finally {
    execFileSync('umount', [root]);
  }
}

function uefiArguments(folder: string): readonly string[] {
  const flash = (file: string, more = '') => ['-drive', `if=pflash,format=raw${more},file=${file}`];
  return [
    ...flash(join(OVMF, 'OVMF_CODE_4M.fd'), ',readonly=on'),
    ...flash(join(folder, 'vars.fd')),
    // There are no IPv6 routers here, and OVMF waits long for one before it goes on to the disk.
    ...['-fw_cfg', 'name=opt/org.tianocore/IPv6PXESupport,string=n'],
  ];
}
