import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CHUNK_BYTES } from './manifest.ts';
import { type CommandOptions, runCommand } from './process.ts';

/** What a build leaves behind that differs from one to the next, or belongs to one machine. */
const LEFTOVERS = [
  'etc/resolv.conf',
  'etc/hostname',
  'etc/hosts',
  'etc/hosts.orig',
  'etc/ssh/ssh_host_*',
  'etc/passwd-',
  'etc/group-',
  'etc/shadow-',
  'etc/gshadow-',
  'etc/subuid-',
  'etc/subgid-',
  'root/.bash_history',
  'run/*',
  'tmp/*',
  'var/tmp/*',
  'var/cache/apt/*',
  'var/cache/debconf/*-old',
  'var/cache/ldconfig/aux-cache',
  'var/lib/apt/lists/*',
  'var/lib/dpkg/*-old',
  'var/lib/systemd/catalog/database',
  'var/log/*.log',
  'var/log/apt/*',
  'var/log/fai',
  'var/log/alternatives.log',
] as const;

/** Makes two builds of the same packages equal, and an image nobody's in particular. */
export async function cleanRoot(root: string, options: CommandOptions): Promise<void> {
  const script = `cd "$1" && rm -rf ${LEFTOVERS.map((path) => `./${path}`).join(' ')} && : > etc/machine-id && rm -f var/lib/dbus/machine-id`;
  await runCommand('sh', ['-c', script, 'clean', root], options);
}

/**
 * Packs a root as tar.zst: names sorted, owners by number, no times later than the newest file of any package.
 * @returns bytes of what was packed
 */
export async function packRoot(
  root: string,
  archive: string,
  options: CommandOptions,
): Promise<number> {
  const tar = [
    'tar --create --sort=name --numeric-owner --xattrs --xattrs-include="*" --format=posix',
    '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime',
    '--clamp-mtime --mtime="@$3" -C "$1" .',
  ].join(' ');
  const script = `set -o pipefail; ${tar} | zstd -q -T2 -6 -o "$2"`;
  const newest = String(newestPackagedTime(root));
  await runCommand('bash', ['-c', script, 'pack', root, archive, newest], options);
  let bytes = 0;
  await runCommand('du', ['-sb', root], { onLine: (line) => (bytes = Number.parseInt(line, 10)) });
  return bytes;
}

/** The newest modification time, in seconds, among the files that packages brought: the same for the same packages. */
function newestPackagedTime(root: string): number {
  const folder = join(root, 'var/lib/dpkg/info');
  let newest = 0;
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.md5sums'))) {
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
      const path = line.slice(34);
      const status =
        path === '' ? undefined : statSync(join(root, path), { throwIfNoEntry: false });
      if (status) newest = Math.max(newest, Math.floor(status.mtimeMs / 1000));
    }
  }
  return newest;
}

/** Hashes of an archive: as a whole, and of each chunk of it. */
export async function hashArchive(
  file: string,
): Promise<{ sizeBytes: number; sha256: string; chunks: readonly string[] }> {
  const whole = createHash('sha256');
  const chunks: string[] = [];
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES })) {
    whole.update(chunk as Buffer);
    chunks.push(
      createHash('sha256')
        .update(chunk as Buffer)
        .digest('hex'),
    );
  }
  return { sizeBytes: statSync(file).size, sha256: whole.digest('hex'), chunks };
}
