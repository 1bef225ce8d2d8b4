/** Builds the image of a class list in a throw-away root: base, debconf, repositories and packages, as FAI's own tasks make them. */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { WorldError } from '../../base/errors.ts';
import { runFai } from '../installer/fai.ts';
import type { SigningKey } from '../installer/signature.ts';
import type { Toolbox } from '../installer/toolbox.ts';
import type { AgentPackage } from './agent-package.ts';
import { cleanRoot, hashArchive, packRoot } from './archive.ts';
import { CHUNK_BYTES, type Manifest } from './manifest.ts';
import { BUILD_NICENESS, runCommand } from './process.ts';
import type { Recipe } from './recipe.ts';
import type { PackageSources } from './sources.ts';
import type { ImageStore } from './store.ts';

const RUN_FAI = new URL('../installer/programs/run-fai', import.meta.url).pathname;
/** Tools that write times into what they make take this one, so that two builds are equal. */
const SOURCE_DATE_EPOCH = '1735689600';
export interface BuildStep {
  /** What is being done, such as `instsoft`. */
  readonly step: string;
  /** 0 to 100, of the whole build. */
  readonly percent: number;
}

/** How far a build is when a step begins. */
const STEPS: Readonly<Record<string, number>> = {
  base: 0,
  defvar: 20,
  debconf: 22,
  repository: 24,
  updatebase: 26,
  instsoft: 32,
  archive: 85,
  hash: 97,
};

export interface BuildInputs {
  readonly recipe: Recipe;
  readonly space: string;
  readonly base: PackageSources;
  readonly toolbox: Toolbox;
  readonly agent: AgentPackage;
  readonly key: SigningKey;
  readonly store: ImageStore;
  /** Base systems, kept between builds. */
  readonly bases: string;
  readonly nowMs: number;
  readonly onStep?: (step: BuildStep) => void;
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * @returns the manifest of the image, which is in the store then
 * @throws WorldError `image-command` or `image-build`, with the last lines of what failed
 */
export async function buildImage(inputs: BuildInputs): Promise<Manifest> {
  const { recipe, store } = inputs;
  // The command line may build while the daemon does; the last of equal images stays.
  const work = join(store.folder, `${recipe.id}.partial-${process.pid}`);
  rmSync(work, { recursive: true, force: true });
  const built = join(work, 'image');
  for (const name of ['image', 'root', 'upper', 'overlay', 'tools']) {
    mkdirSync(join(work, name), { recursive: true });
  }
  try {
    const root = join(work, 'root');
    begin(inputs, 'base');
    if (!recipe.hasBasefile) await unpackBase(inputs, root);
    await installPackages(inputs, work);
    begin(inputs, 'archive');
    await cleanRoot(root, inputs);
    const contentBytes = await packRoot(root, join(built, 'data.tar.zst'), inputs);
    begin(inputs, 'hash');
    const manifest = await describe(inputs, root, join(built, 'data.tar.zst'), contentBytes);
    store.add(recipe.id, built, inputs.key.sign(manifest));
    return manifest;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The base system from the mirror; kept as an archive, so that a changed package list does not fetch it again. */
async function unpackBase(inputs: BuildInputs, root: string): Promise<void> {
  const { suite, lines } = inputs.base;
  const { architecture } = inputs.recipe;
  const hash = createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16);
  const name = `${suite}-${architecture}-${hash}`;
  const archive = join(inputs.bases, `${name}.tar`);
  if (!existsSync(archive)) {
    mkdirSync(inputs.bases, { recursive: true });
    // mmdebstrap takes the format from the end of the name.
    const partial = join(inputs.bases, `${name}.partial.tar`);
    // The variant that debootstrap makes when it is not told otherwise, as FAI has it.
    const args = [
      '--variant=important',
      `--architectures=${architecture}`,
      suite,
      partial,
      ...lines,
    ];
    await runCommand('mmdebstrap', args, { ...inputs, env: { SOURCE_DATE_EPOCH } });
    renameSync(partial, archive);
  }
  await runCommand(
    'tar',
    ['-x', '--xattrs', '--xattrs-include=*', '-C', root, '-f', archive],
    inputs,
  );
}

/** Mounts the toolbox below a layer of its own, with the root as /target and the config space as /fai, and runs FAI's tasks there. */
async function installPackages(inputs: BuildInputs, work: string): Promise<void> {
  const { toolbox, space, recipe, agent } = inputs;
  const program = join(work, 'upper/usr/lib/clustermon');
  mkdirSync(program, { recursive: true });
  copyFileSync(RUN_FAI, join(program, 'run-fai'));
  mkdirSync(join(work, 'upper/tmp'), { recursive: true });
  copyFileSync(agent.file, join(work, 'upper/tmp/clustermon-agent.deb'));
  const script = `set -e
    mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/overlay" "$2/tools"
    cd "$2/tools"
    mount --bind "$2/root" target
    mount --bind "$3" fai
    mount -o remount,bind,ro fai
    mount -t proc proc proc
    mount -t sysfs -o ro sysfs sys
    mount --rbind /dev dev
    mount --make-rslave dev
    cp /etc/resolv.conf etc/resolv.conf
    exec chroot . /usr/lib/clustermon/run-fai image`;
  const namespaces = ['--mount', '--pid', '--ipc', '--uts', '--fork', '--kill-child'];
  const last: string[] = [];
  let failure: string | undefined;
  const status = await runFai({
    command: 'nice',
    args: [
      '-n',
      String(BUILD_NICENESS),
      'unshare',
      ...namespaces,
      'sh',
      '-c',
      script,
      'build',
      toolbox.root,
      work,
      space,
    ],
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      LANG: 'C.UTF-8',
      HOSTNAME: 'image',
      classes: recipe.classes.join(' '),
      SOURCE_DATE_EPOCH,
    },
    onEvent: (event) => {
      if (event.kind === 'begin') begin(inputs, event.task);
      if (event.kind === 'die') failure = event.reason;
      if (event.kind === 'done' && event.code >= 500) failure = `FAI's error ${event.code}`;
    },
    onLine: (line) => {
      last.push(line);
      if (last.length > 20) last.shift();
      inputs.onLine?.(line);
    },
    ...(inputs.signal && { signal: inputs.signal }),
  });
  if (status !== 0 || failure !== undefined) {
    const reason = `${failure ?? `status ${status}`}\n${last.join('\n')}`;
    throw new WorldError('image-build', `building ${recipe.id}`, reason);
  }
}

async function describe(
  inputs: BuildInputs,
  root: string,
  archive: string,
  contentBytes: number,
): Promise<Manifest> {
  const { recipe, base, nowMs } = inputs;
  const lists = readdirSync(join(root, 'var/lib/dpkg/info')).filter((name) =>
    name.endsWith('.list'),
  );
  return {
    id: recipe.id,
    suite: base.suite,
    architecture: recipe.architecture,
    classes: recipe.classes,
    ...(await hashArchive(archive)),
    contentBytes,
    chunkBytes: CHUNK_BYTES,
    packages: lists.length,
    builtMs: nowMs,
  };
}

function begin(inputs: BuildInputs, step: string): void {
  const percent = STEPS[step];
  if (percent !== undefined) inputs.onStep?.({ step, percent });
}
