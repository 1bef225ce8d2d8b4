/** What a machine runs after its boot loader: an iPXE script, or a GRUB configuration under Secure Boot. Made on request. Pure. */
import { formatIpv4, type Mac } from '../../wire/address.ts';
import type { PxeNode } from '../../wire/pxe.ts';
import { type BootPurpose, bootPurpose } from '../inventory/node.ts';
import { type BootServer, baseUrl, scriptUrl } from './firmware.ts';

/** Paths of kernel and initramfs on the boot port. */
export const KERNEL_PATH = '/media/vmlinuz';
export const INITRAMFS_PATH = '/media/initramfs.img';

export interface ScriptFor {
  readonly mac: Mac;
  readonly node: PxeNode | undefined;
  readonly server: BootServer;
  /** False while the appliance has no installer built. */
  readonly hasInstaller: boolean;
  /** More words for the kernel's command line, such as `console=ttyS0`. */
  readonly kernelArguments: string;
}

const RETRY_SECONDS = 10;

const WHY: Readonly<Record<BootPurpose, string>> = {
  install: 'is approved: it gets installed',
  discover: 'waits for approval: its disks stay untouched',
  disk: 'boots from its disk',
};

/** The machine's iPXE script. */
export function ipxeScript(machine: ScriptFor): string {
  const { node, server, mac } = machine;
  const purpose = bootPurpose(node);
  const name = node?.name ?? mac;
  const lines = [`echo clustermon: ${name} ${WHY[purpose]}`, ...ipxeSteps(purpose, machine)];
  // A machine that could not load anything asks again, so that a repaired appliance needs no visit to the rack.
  const retry = [
    ':retry',
    `echo clustermon: trying again in ${RETRY_SECONDS} s`,
    `sleep ${RETRY_SECONDS}`,
    'imgfree',
    `chain --replace ${scriptUrl(server, mac)} || goto retry`,
  ];
  return `${['#!ipxe', ...lines, ...retry].join('\n')}\n`;
}

function ipxeSteps(purpose: BootPurpose, machine: ScriptFor): string[] {
  const { server, hasInstaller } = machine;
  if (purpose === 'disk') {
    return [
      // UEFI goes on to its next boot option when iPXE ends with an error; a BIOS is handed the disk.
      `iseq \${platform} efi && exit 1 ||`,
      'sanboot --no-describe --drive 0x80 || exit 1',
    ];
  }
  if (!hasInstaller) {
    return ['echo clustermon: no installer is built yet: run clustermon image build', 'goto retry'];
  }
  const base = baseUrl(server);
  return [
    // UEFI kernels find their initramfs by this name.
    `kernel ${base}${KERNEL_PATH} initrd=initramfs.img ${kernelArguments(machine)} || goto retry`,
    `initrd --name initramfs.img ${base}${INITRAMFS_PATH} || goto retry`,
    'boot || goto retry',
  ];
}

/** The same for GRUB, which Secure Boot starts by way of shim. */
export function grubConfig(machine: ScriptFor): string {
  const { node, server, mac, hasInstaller } = machine;
  const purpose = bootPurpose(node);
  const title = `echo 'clustermon: ${node?.name ?? mac} ${WHY[purpose]}'`;
  // Debian's signed GRUB has no HTTP: kernel and initramfs go by TFTP.
  const device = `(tftp,${formatIpv4(server.address)})`;
  const steps =
    purpose === 'disk'
      ? ['exit 1']
      : hasInstaller
        ? [
            `linux ${device}${KERNEL_PATH} ${kernelArguments(machine)}`,
            `initrd ${device}${INITRAMFS_PATH}`,
            'boot',
          ]
        : ["echo 'no installer is built yet: run clustermon image build'", 'sleep 10', 'reboot'];
  return `${[title, ...steps].join('\n')}\n`;
}

function kernelArguments({ mac, server, kernelArguments: more }: ScriptFor): string {
  return [`clustermon.server=${baseUrl(server)}`, `clustermon.mac=${mac}`, more]
    .filter(Boolean)
    .join(' ');
}
