/** Kernel and initramfs of the installer in a virtual machine without network, with a script of a test in the installer's place. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { startProcess } from './process.ts';

export interface GuestOptions {
  readonly kernel: string;
  readonly initramfs: string;
  /** Run by bash as its first program, with devices and udev up; the machine stops when it ends. */
  readonly script: string;
  /** Files and folders that it finds in /usr/lib/clustermon. */
  readonly files: readonly string[];
  /** Sizes of its disks vda, vdb …, such as `3G`; empty at first. */
  readonly disks: readonly string[];
}

/** What every script needs first: the same as the installer's own first program does. */
const PREPARE = `#!/bin/bash
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=linux
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs run /run
mount -t tmpfs tmp /tmp
mkdir -p /dev/pts /run/lock /run/clustermon
mount -t devpts devpts /dev/pts
# The kernel must not write into the script's lines.
echo 1 >/proc/sys/kernel/printk
/lib/systemd/systemd-udevd --daemon
udevadm trigger --action=add --type=subsystems
udevadm trigger --action=add --type=devices
udevadm settle --timeout=60
`;

/**
 * @returns what it wrote on its console
 * @throws Error when it has not stopped after `timeoutMs`
 */
export async function runGuest(options: GuestOptions, timeoutMs: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-guest-'));
  try {
    const initramfs = layered(options, folder);
    const args = [
      ...['-accel', 'tcg,thread=multi', '-cpu', 'max', '-m', '1024', '-nodefaults'],
      ...['-display', 'none', '-serial', 'stdio', '-no-reboot', '-kernel', options.kernel],
      ...['-initrd', initramfs, '-append', 'console=ttyS0 no_timer_check panic=1'],
      ...options.disks.flatMap((size, index) => disk(join(folder, `${index}.raw`), size, index)),
    ];
    const machine = startProcess('qemu-system-x86_64', args);
    const timer = setTimeout(() => void machine.end('SIGKILL'), timeoutMs);
    const end = await machine.ended;
    clearTimeout(timer);
    if (end !== 0) throw new Error(`the machine ended with ${end}:\n${machine.output()}`);
    return machine.output();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The kernel unpacks archives that follow each other over each other: the last one's first program is the one that runs. */
function layered({ initramfs, script, files }: GuestOptions, folder: string): string {
  const programs = join(folder, 'layer/clustermon');
  mkdirSync(programs, { recursive: true });
  const stop = '\nsync\necho o >/proc/sysrq-trigger\nsleep 60\n';
  writeFileSync(join(programs, 'late-init'), PREPARE + script + stop, { mode: 0o755 });
  for (const file of files) execFileSync('cp', ['-a', file, join(programs, basename(file))]);
  const all = join(folder, 'initramfs.img');
  copyFileSync(initramfs, all);
  const pack = 'cd "$1" && find . | cpio --quiet -o -H newc >>"$2"';
  execFileSync('sh', ['-c', pack, 'pack', join(folder, 'layer'), all]);
  return all;
}

function disk(file: string, size: string, index: number): readonly string[] {
  execFileSync('qemu-img', ['create', '-q', '-f', 'raw', file, size]);
  return [
    ...['-drive', `file=${file},if=none,id=d${index},format=raw,cache=unsafe`],
    ...['-device', `virtio-blk-pci,drive=d${index},serial=DISK${index}`],
  ];
}
