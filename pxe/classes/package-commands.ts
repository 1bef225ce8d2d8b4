import { PACKAGE_ACTIONS, type PackageAction, type PackageConfig } from './package-config.ts';

const APT =
  '-y -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confnew --allow-change-held-packages';
const DOWNLOADS = '/var/cache/apt/archives/partial/';

/** What each action runs; the packages follow (install_packages(8)). */
const COMMANDS: Readonly<Record<PackageAction, string>> = {
  y2i: 'y2pmsh isc',
  y2r: 'y2pmsh remove',
  zypper: 'zypper -n install -l',
  'zypper-pattern': 'zypper -n install -l -t pattern',
  'zypper-product': 'zypper -n install -l -t product',
  'zypper-rm': 'zypper -n remove',
  yast: 'yast -i',
  rpmr: 'rpm -e',
  urpmi: 'urpmi --auto --foce --allow-force --keep',
  urpme: 'urpme --auto --foce --allow-force --keep',
  yumgroup: 'yum -y groupinstall',
  yumi: 'yum -y install',
  yumr: 'yum -y remove',
  dnfgroup: 'dnf -y group install',
  dnfi: 'dnf -y install',
  dnfr: 'dnf -y remove',
  smarti: 'smart install -y',
  smartr: 'smart remove -y',
  hold: 'dpkg --set-selections',
  taskrm: 'tasksel remove',
  taskinst: 'tasksel install',
  cupt: `cupt -R ${APT} install`,
  'cupt-r': `cupt ${APT} install`,
  install: `apt-get ${APT} --fix-missing install`,
  'install-norec': `apt-get ${APT} --fix-missing install --no-install-recommends`,
  aptitude: `aptitude -R ${APT} install`,
  'aptitude-r': `aptitude -r ${APT} install`,
  apt: `apt ${APT} install`,
  unpack: `cd ${DOWNLOADS}; aptitude download`,
  remove: `apt-get ${APT} --purge remove`,
  'dselect-upgrade': `apt-get ${APT} dselect-upgrade`,
  'pacman-Rns': 'pacman --noconfirm -Rns',
  'pacman-S': 'pacman --noconfirm -S',
  'apk-add': 'apk add',
  'apk-del': 'apk del',
};

/** Actions whose packages go in portions of MAXPACKAGES, each followed by a clean-up of the downloads. */
const IN_PORTIONS: ReadonlySet<PackageAction> = new Set<PackageAction>([
  'install',
  'install-norec',
  'smarti',
  'cupt',
  'cupt-r',
  'apt',
  'aptitude',
  'aptitude-r',
  'unpack',
]);
/** Any of these makes the run a Debian one: apt's cache is cleaned and dpkg is asked to finish. */
const DEBIAN: ReadonlySet<PackageAction> = new Set<PackageAction>([
  ...IN_PORTIONS,
  'taskinst',
  'remove',
  'dselect-upgrade',
]);
/** The clean-up of the apt cache has its place in the order of actions: before this one. */
const CLEAN_BEFORE: PackageAction = 'cupt';
const MAX_PACKAGES = 99;

/**
 * The commands that install_packages would run for a class list, without a check whether the packages exist.
 * @param config      what the class list selects
 * @param maxPackages most packages of one command, FAI's MAXPACKAGES
 * @returns shell commands in order; `$ROOTCMD` and `$FAI_ROOT` stand as they are
 */
export function packageCommands(config: PackageConfig, maxPackages = MAX_PACKAGES): string[] {
  const debian = config.blocks.some((one) => DEBIAN.has(one.action) && one.packages.length > 0);
  const smart = config.blocks.some((one) => one.action === 'smarti' && one.packages.length > 0);
  const clean = smart ? '$ROOTCMD smart clean' : '$ROOTCMD apt-get clean';
  const commands: string[] = config.preloads.map(preloadCommand);
  for (const action of PACKAGE_ACTIONS) {
    if (action === CLEAN_BEFORE && debian) commands.push(clean);
    for (const [release, packages] of byRelease(config, action)) {
      commands.push(...actionCommands(action, { release, packages, maxPackages, clean, debian }));
    }
  }
  if (debian && !smart) commands.push('$ROOTCMD dpkg --configure --pending', '$ROOTCMD dpkg -C');
  if (debian) commands.push(clean);
  return commands;
}

function actionCommands(
  action: PackageAction,
  given: {
    readonly release: string;
    readonly packages: readonly string[];
    readonly maxPackages: number;
    readonly clean: string;
    readonly debian: boolean;
  },
): readonly string[] {
  const { release, packages, maxPackages, clean } = given;
  const run = `$ROOTCMD ${COMMANDS[action]}`;
  if (action === 'hold') {
    return [`echo "${packages.map((name) => `${name} hold `).join('')}" | ${run}`];
  }
  if (action === 'taskinst' || action === 'taskrm') return packages.map((name) => `${run} ${name}`);
  if (action === 'dselect-upgrade') {
    const selections = '$FAI_ROOT/var/lib/fai/dpkg-selections.tmp';
    return [`$ROOTCMD dpkg --set-selections < ${selections}`, run];
  }
  if (!IN_PORTIONS.has(action)) return [`${run} ${packages.join(' ')}`];
  const from = release === '' ? '' : `-t ${release} `;
  return portions(packages, maxPackages).flatMap((portion) => [
    `${run} ${from}${portion.join(' ')}`,
    ...(given.debian ? [clean] : []),
    ...(action === 'unpack'
      ? [`$ROOTCMD dpkg --unpack --recursive ${DOWNLOADS}; rm ${DOWNLOADS}*.deb`]
      : []),
  ]);
}

function byRelease(
  config: PackageConfig,
  action: PackageAction,
): readonly (readonly [string, readonly string[]])[] {
  const groups = new Map<string, string[]>();
  for (const block of config.blocks) {
    if (block.action !== action || block.packages.length === 0) continue;
    const group = groups.get(block.release) ?? [];
    group.push(...block.packages);
    groups.set(block.release, group);
  }
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function portions(packages: readonly string[], size: number): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(packages.length / size) }, (_, at) =>
    packages.slice(at * size, (at + 1) * size),
  );
}

function preloadCommand({ url, folder }: { url: string; folder: string }): string {
  const target = `$FAI_ROOT/${folder}`.replace('//', '/');
  const local = /^file:\/(.+)/.exec(url)?.[1];
  if (local !== undefined) return `cp ${`$FAI_ROOT/${local}`.replace('//', '/')} ${target}`;
  return `cd ${target}; curl -# -O ${url}`;
}
