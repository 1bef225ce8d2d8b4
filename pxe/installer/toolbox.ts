/** The toolbox: a small Debian with FAI's own packages, in whose chroot images are built and which machines run from RAM. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Architecture } from '../../wire/pxe.ts';
import { runCommand } from '../image/process.ts';
import { distributionOf } from '../image/release.ts';
import type { PackageSources } from '../image/sources.ts';

const HOOK = fileURLToPath(new URL('programs/toolbox-hook', import.meta.url));

/** Packages of the toolbox: FAI's helpers, the tools that setup-storage calls, and what the installer itself needs. */
const PACKAGES = [
  'fai-client',
  'fai-setup-storage',
  'liblinux-lvm-perl',
  'parted',
  'dosfstools',
  'e2fsprogs',
  'xfsprogs',
  'btrfs-progs',
  'mdadm',
  'lvm2',
  'cryptsetup-bin',
  'efibootmgr',
  'udev',
  'kmod',
  'mount',
  'iproute2',
  'busybox-static',
  'file',
  'zstd',
  'nodejs',
  'openssh-server',
  'ca-certificates',
  'procps',
] as const;

export interface ToolboxOptions {
  /** Where toolboxes are kept. */
  readonly folder: string;
  readonly sources: PackageSources;
  /** Of the machines that run it; for another one than this machine's, emulation must be set up (binfmt_misc). */
  readonly architecture: Architecture;
  /** More packages than the installation itself needs, such as firmware. */
  readonly packages: readonly string[];
  /** It is not there, and takes a minute or two. */
  readonly onBuild?: (id: string) => void;
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface Toolbox {
  /** Names its inputs: sources, processor, packages and hook. */
  readonly id: string;
  readonly architecture: Architecture;
  readonly root: string;
  readonly kernelVersion: string;
}

/**
 * Makes the toolbox, or takes the one that is there.
 * @throws WorldError `image-command` when mmdebstrap fails
 */
export async function provideToolbox(options: ToolboxOptions): Promise<Toolbox> {
  const id = toolboxId(options);
  const final = join(options.folder, id);
  if (!existsSync(final)) {
    options.onBuild?.(id);
    await build(options, final);
  }
  const [kernelVersion = ''] = readdirSync(join(final, 'lib/modules'));
  return { id, architecture: options.architecture, root: final, kernelVersion };
}

async function build(options: ToolboxOptions, final: string): Promise<void> {
  mkdirSync(options.folder, { recursive: true });
  // Appears under its name only when it is whole.
  const partial = `${final}.partial`;
  rmSync(partial, { recursive: true, force: true });
  await runCommand('mmdebstrap', toolboxArguments(options, partial), {
    ...options,
    env: {
      KERNEL_PACKAGE: distributionOf(options.sources.suite).kernelPackage(options.architecture),
    },
  });
  writeFileSync(join(partial, 'etc/hostname'), 'installer\n');
  renameSync(partial, final);
}

/** Of mmdebstrap(1). */
export function toolboxArguments(
  {
    sources,
    architecture,
    packages,
  }: Pick<ToolboxOptions, 'sources' | 'architecture' | 'packages'>,
  root: string,
): readonly string[] {
  return [
    '--variant=minbase',
    `--architectures=${architecture}`,
    '--aptopt=Acquire::Languages "none"',
    '--aptopt=APT::Install-Recommends "false"',
    '--dpkgopt=path-exclude=/usr/share/man/*',
    '--dpkgopt=path-exclude=/usr/share/doc/*',
    `--include=${[...PACKAGES, ...packages].join(',')}`,
    `--customize-hook=${HOOK}`,
    sources.suite,
    root,
    ...sources.lines,
  ];
}

function toolboxId({ sources, architecture, packages }: ToolboxOptions): string {
  const hash = createHash('sha256');
  const inputs = [sources, architecture, [...PACKAGES, ...packages]];
  hash.update(JSON.stringify(inputs)).update(readFileSync(HOOK));
  return `toolbox-${hash.digest('hex').slice(0, 16)}`;
}
