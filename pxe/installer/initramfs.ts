/** What machines boot into RAM: a kernel, and one initramfs that holds the squashed toolbox and the installer. */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../image/process.ts';
import type { Toolbox } from './toolbox.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
/** Programs of the layer above the toolbox; a change to them does not squash it again. */
const PROGRAMS = ['run-fai', 'late-init', 'dhcp-script'] as const;
/** Modules to find the root; the others come from there. */
const EARLY_MODULES = ['loop', 'squashfs', 'overlay'] as const;

export interface InitramfsOptions {
  /** Where kernel and initramfs are kept. */
  readonly folder: string;
  readonly toolbox: Toolbox;
  /** Public key of the appliance, PEM: the installer takes orders and images that it signed. */
  readonly publicKey: string;
  /** SSH public keys that may log in on machines that are being installed; empty for none. */
  readonly authorizedKeys: string;
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface BootFiles {
  /** Names the content of both. */
  readonly id: string;
  readonly kernel: string;
  readonly initramfs: string;
}

/**
 * Makes kernel and initramfs, or takes those that are there. Machines need 1 GiB of memory for them.
 * @throws WorldError `image-command` when a tool fails
 */
export async function provideBootFiles(options: InitramfsOptions): Promise<BootFiles> {
  const installer = await bundleInstaller();
  const id = bootId(options, installer);
  const folder = join(options.folder, id);
  const files = { id, kernel: join(folder, 'vmlinuz'), initramfs: join(folder, 'initramfs.img') };
  if (existsSync(folder)) return files;
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const { root, kernelVersion } = options.toolbox;
  copyFileSync(join(root, `boot/vmlinuz-${kernelVersion}`), join(partial, 'vmlinuz'));
  const base = await squashedToolbox(options);
  const layer = await programLayer(options, installer);
  // The kernel unpacks archives that follow each other, over each other.
  writeFileSync(join(partial, 'initramfs.img'), Buffer.concat([readFileSync(base), layer]));
  renameSync(partial, folder);
  // Each holds a copy of the toolbox; a machine that is reading an old one goes on reading it.
  for (const name of readdirSync(options.folder)) {
    if (name !== id && join(options.folder, name) !== base) {
      rmSync(join(options.folder, name), { recursive: true });
    }
  }
  return files;
}

/** The installer as one file for the toolbox's Node. */
export async function bundleInstaller(): Promise<string> {
  const { build } = await import('esbuild');
  const made = await build({
    // Names of sources stand in the bundle: they must not depend on where the process was started.
    absWorkingDir: HERE,
    entryPoints: [join(HERE, 'main.ts')],
    bundle: true,
    platform: 'node',
    target: 'node18',
    format: 'esm',
    write: false,
  });
  return made.outputFiles[0]?.text ?? '';
}

/** A cpio archive with early init, its modules and the toolbox as a squashed file; made once per toolbox. */
async function squashedToolbox(options: InitramfsOptions): Promise<string> {
  const { toolbox, folder } = options;
  const early = readFileSync(join(HERE, 'programs/early-init'));
  const version = createHash('sha256').update(early).digest('hex').slice(0, 8);
  const archive = join(folder, `${toolbox.id}-${version}.cpio`);
  if (existsSync(archive)) return archive;
  await inTemporaryFolder(async (work) => {
    for (const name of ['bin', 'modules', 'proc', 'sys', 'dev']) mkdirSync(join(work, name));
    copyFileSync(join(toolbox.root, 'bin/busybox'), join(work, 'bin/busybox'));
    writeFileSync(join(work, 'init'), early, { mode: 0o755 });
    const modules = await earlyModules(options);
    for (const path of modules) {
      const plain = join(work, 'modules', plainName(path));
      // Debian 13 and Ubuntu compress modules, each in its way; insmod of busybox takes neither.
      if (plain.endsWith(basename(path))) copyFileSync(join(toolbox.root, path), plain);
      else await runCommand('zstd', ['-dq', join(toolbox.root, path), '-o', plain], options);
    }
    writeFileSync(join(work, 'modules/order'), `${modules.map(plainName).join('\n')}\n`);
    const squash = [
      '-noappend',
      '-quiet',
      '-no-progress',
      '-comp',
      'zstd',
      '-Xcompression-level',
      '6',
      '-e',
      'boot',
      'var/cache',
      'var/lib/apt',
    ];
    await runCommand('mksquashfs', [toolbox.root, join(work, 'root.squashfs'), ...squash], options);
    await pack(work, `${archive}.partial`, options);
  });
  renameSync(`${archive}.partial`, archive);
  return archive;
}

/** `loop.ko` of `…/loop.ko.xz`. */
function plainName(path: string): string {
  return basename(path).replace(/\.(?:xz|zst|gz)$/, '');
}

async function earlyModules({ toolbox }: InitramfsOptions): Promise<readonly string[]> {
  const paths: string[] = [];
  const args = [toolbox.root, 'modprobe', '--show-depends', '-S', toolbox.kernelVersion];
  for (const name of EARLY_MODULES) {
    await runCommand('chroot', [...args, name], {
      onLine: (line) => {
        const path = /^insmod (\S+)/.exec(line)?.[1];
        if (path !== undefined && !paths.includes(path)) paths.push(path);
      },
    });
  }
  return paths;
}

/** A small cpio archive with what changes more often than the toolbox. */
async function programLayer(options: InitramfsOptions, installer: string): Promise<Buffer> {
  return await inTemporaryFolder(async (work) => {
    const folder = join(work, 'layer/clustermon');
    mkdirSync(folder, { recursive: true });
    for (const name of PROGRAMS) copyFileSync(join(HERE, 'programs', name), join(folder, name));
    writeFileSync(join(folder, 'installer.mjs'), installer);
    writeFileSync(join(folder, 'appliance.pem'), options.publicKey);
    writeFileSync(join(folder, 'authorized_keys'), options.authorizedKeys);
    await pack(join(work, 'layer'), join(work, 'layer.cpio'), options);
    return readFileSync(join(work, 'layer.cpio'));
  });
}

async function pack(folder: string, archive: string, options: InitramfsOptions): Promise<void> {
  const script =
    'cd "$1" && find . | LC_ALL=C sort | cpio --quiet --reproducible -o -H newc -R 0:0 > "$2"';
  await runCommand('sh', ['-c', script, 'pack', folder, archive], options);
}

async function inTemporaryFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-initramfs-'));
  try {
    return await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function bootId(
  { toolbox, publicKey, authorizedKeys }: InitramfsOptions,
  installer: string,
): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([toolbox.id, publicKey, authorizedKeys, installer]));
  for (const name of [...PROGRAMS, 'early-init'])
    hash.update(readFileSync(join(HERE, 'programs', name)));
  return hash.digest('hex').slice(0, 16);
}
