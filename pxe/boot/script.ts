/** What a machine runs after its boot loader: an iPXE script, or a GRUB configuration under Secure Boot. Made on request. Pure. */
import { formatIpv4, type Mac } from '../../wire/address.ts';
import type { PxeNode } from '../../wire/pxe.ts';
import { type BootPurpose, bootPurpose } from '../inventory/node.ts';
import { type BootServer, baseUrl, scriptUrl } from './firmware.ts';
import { type InstallerMedia, mediaPath, type NoInstaller } from './media.ts';

export interface ScriptFor {
  readonly mac: Mac;
  readonly node: PxeNode | undefined;
  readonly server: BootServer;
  /** Of the machine's processor. */
  readonly installer: InstallerMedia | NoInstaller;
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
  const { server, installer } = machine;
  if (purpose === 'disk') {
    return [
      // UEFI goes on to its next boot option when iPXE ends with an error; a BIOS is handed the disk.
      `iseq \${platform} efi && exit 1 ||`,
      'sanboot --no-describe --drive 0x80 || exit 1',
    ];
  }
  if ('missing' in installer) {
    return [
      `echo clustermon: ${printable(installer.missing)}`,
      `echo clustermon: ${printable(installer.advice)}`,
      'goto retry',
    ];
  }
  const { architecture } = installer;
  const base = baseUrl(server);
  return [
    // UEFI kernels find their initramfs by this name.
    `kernel ${base}${mediaPath(architecture, 'kernel')} initrd=initramfs.img ${kernelArguments(machine)} || goto retry`,
    `initrd --name initramfs.img ${base}${mediaPath(architecture, 'initramfs')} || goto retry`,
    'boot || goto retry',
  ];
}

/** The same for GRUB, which Secure Boot starts by way of shim. */
export function grubConfig(machine: ScriptFor): string {
  const { node, mac } = machine;
  const purpose = bootPurpose(node);
  const name = node?.name ?? mac;
  return `${[`echo 'clustermon: ${name} ${WHY[purpose]}'`, ...grubSteps(purpose, machine)].join('\n')}\n`;
}

function grubSteps(purpose: BootPurpose, machine: ScriptFor): string[] {
  const { server, installer } = machine;
  if (purpose === 'disk') return ['exit 1'];
  if ('missing' in installer) {
    return [
      `echo 'clustermon: ${printable(installer.missing)}'`,
      `echo 'clustermon: ${printable(installer.advice)}'`,
      `sleep ${RETRY_SECONDS}`,
      'reboot',
    ];
  }
  // Debian's signed GRUB has no HTTP: kernel and initramfs go by TFTP.
  const device = `(tftp,${formatIpv4(server.address)})`;
  const { architecture } = installer;
  return [
    `linux ${device}${mediaPath(architecture, 'kernel')} ${kernelArguments(machine)}`,
    `initrd ${device}${mediaPath(architecture, 'initramfs')}`,
    'boot',
  ];
}

/** What both boot loaders print as it is: no quotes, variables or line ends. */
function printable(text: string): string {
  return text.replaceAll(/[^ -~]|['"\\$]/g, ' ').slice(0, 240);
}

function kernelArguments({ mac, server, kernelArguments: more }: ScriptFor): string {
  return [`clustermon.server=${baseUrl(server)}`, `clustermon.mac=${mac}`, more]
    .filter(Boolean)
    .join(' ');
}
