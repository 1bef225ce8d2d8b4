/** What the installer boots from, by the processor of a machine; under which paths the boot port and TFTP have it. */
import { ARCHITECTURES, type Architecture } from '../../wire/pxe.ts';

/** Kernel and initramfs of the installer: files of the appliance. */
export interface InstallerMedia {
  readonly architecture: Architecture;
  readonly kernel: string;
  readonly initramfs: string;
}

/** Why a machine cannot be given them, in words for its console and for `boot explain`. */
export interface NoInstaller {
  readonly missing: string;
  /** What the person can do about it. */
  readonly advice: string;
}

/** @param architecture undefined for a machine that has not said it: gets what this appliance itself could run */
export type InstallerFor = (architecture: Architecture | undefined) => InstallerMedia | NoInstaller;

const FOLDER = 'media';
const NAMES = { kernel: 'vmlinuz', initramfs: 'initramfs.img' } as const;

/** Where a machine finds a part of them, such as `/media/arm64/vmlinuz`. */
export function mediaPath(architecture: Architecture, part: keyof typeof NAMES): string {
  return `/${FOLDER}/${architecture}/${NAMES[part]}`;
}

/** The file behind a path of `mediaPath`; undefined for any other path, or while it is not built. */
export function findMedia(path: string, installerFor: InstallerFor): string | undefined {
  for (const architecture of ARCHITECTURES) {
    for (const part of ['kernel', 'initramfs'] as const) {
      if (path !== mediaPath(architecture, part)) continue;
      const media = installerFor(architecture);
      return 'missing' in media ? undefined : media[part];
    }
  }
  return undefined;
}
