import { execFileSync } from 'node:child_process';
import { InputError } from '../../base/errors.ts';

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

/** Releases of Debian keep their security updates on a mirror of their own, those of Ubuntu beside the rest. */
const DEBIAN_SUITES: readonly string[] = ['bullseye', 'bookworm', 'trixie', 'forky'];
const DEBIAN_SECURITY = 'http://security.debian.org/debian-security';

/** @throws InputError `mirror-unknown` when none is configured and this machine's apt knows none for the release */
export function packageSources(
  { suite, mirror, securityMirror }: SourceSettings,
  targets = aptTargets(),
): PackageSources {
  const main = mirror || firstMirror(targets, suite);
  if (main === undefined) {
    throw new InputError(
      'mirror-unknown',
      `this machine's apt has no mirror of ${suite}; name one as pxe.mirror in the configuration`,
      { field: 'pxe.mirror' },
    );
  }
  const release = sourceLine(main, suite);
  if (securityMirror === 'none') return { suite, lines: [release] };
  const security = `${suite}-security`;
  const standard = DEBIAN_SUITES.includes(suite) ? DEBIAN_SECURITY : main;
  const from = securityMirror || (firstMirror(targets, security) ?? standard);
  return { suite, lines: [release, sourceLine(from, security)] };
}

/** A snapshot of an archive, such as `http://snapshot.debian.org/archive/debian/20261101T000000Z`, is older than apt would take it. */
function sourceLine(mirror: string, suite: string): string {
  const isSnapshot = /\/\d{8}T\d{6}Z\/?$/.test(mirror);
  return `deb ${isSnapshot ? '[check-valid-until=no] ' : ''}${mirror} ${suite} main`;
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
