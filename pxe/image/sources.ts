import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { InputError } from '../../base/errors.ts';
import { type Distribution, distributionOf } from './release.ts';

/** Where packages come from, as sources.list(5) has it: in images as in the machines that are installed from them. */
export interface PackageSources {
  /** Code name of the release, such as `bookworm`. */
  readonly suite: string;
  /** `deb http://… bookworm main`, the release first, then its security updates. */
  readonly lines: readonly string[];
}

export interface SourceSettings {
  readonly suite: string;
  /** Empty: the one from which this machine gets the same release. */
  readonly mirror: string;
  /** Of the release's security updates. Empty: this machine's own, else the distribution's; `none`: without them. */
  readonly securityMirror: string;
}

/**
 * @throws InputError `mirror-unknown` when none is configured and this machine's apt knows none for the release,
 *   `keyring-missing` when the keys of the release's archive are not here
 */
export function packageSources(
  { suite, mirror, securityMirror }: SourceSettings,
  {
    targets = aptTargets(),
    hasFile = existsSync,
  }: { targets?: string; hasFile?: (path: string) => boolean } = {},
): PackageSources {
  const distribution = distributionOf(suite);
  const main = mirror || firstMirror(targets, suite);
  if (main === undefined) {
    throw new InputError(
      'mirror-unknown',
      `this machine's apt has no mirror of ${suite}; name one as pxe.mirror in the configuration`,
      { field: 'pxe.mirror' },
    );
  }
  const { keyring } = distribution;
  if (keyring && !hasFile(keyring.file)) {
    throw new InputError(
      'keyring-missing',
      `${suite} is taken for a release of Ubuntu, whose packages cannot be checked without ${keyring.file}: install the package ${keyring.package} (ubuntu-keyring on Ubuntu itself), or correct pxe.suite`,
      { field: 'pxe.suite' },
    );
  }
  const line = (from: string, of: string) => sourceLine(from, of, distribution);
  const release = line(main, suite);
  if (securityMirror === 'none') return { suite, lines: [release] };
  const security = `${suite}-security`;
  const from =
    securityMirror || (firstMirror(targets, security) ?? distribution.securityMirror ?? main);
  return { suite, lines: [release, line(from, security)] };
}

/** A snapshot of an archive, such as `http://snapshot.debian.org/archive/debian/20261101T000000Z`, is older than apt would take it. */
function sourceLine(mirror: string, suite: string, { components, keyring }: Distribution): string {
  const isSnapshot = /\/\d{8}T\d{6}Z\/?$/.test(mirror);
  const options = [
    ...(isSnapshot ? ['check-valid-until=no'] : []),
    ...(keyring ? [`signed-by=${keyring.file}`] : []),
  ];
  const bracket = options.length > 0 ? `[${options.join(' ')}] ` : '';
  return `deb ${bracket}${mirror} ${suite} ${components}`;
}

/** @param targets lines of address, code name and component, as apt-get indextargets(8) prints them */
export function firstMirror(targets: string, suite: string): string | undefined {
  const lines = targets.split('\n').map((line) => line.split(' '));
  const found = lines.find(([, codeName, component]) => codeName === suite && component === 'main');
  return found?.[0]?.replace(/\/$/, '');
}

/** Empty where there is no apt. */
function aptTargets(): string {
  const format = '$(REPO_URI) $(CODENAME) $(COMPONENT)';
  try {
    return execFileSync('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return '';
  }
}
