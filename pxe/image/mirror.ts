import { execFileSync } from 'node:child_process';
import { InputError } from '../../base/errors.ts';

/**
 * The mirror that packages come from: the one that is configured, or else the one from which this machine gets the same release.
 * @param suite code name of the release, such as `bookworm`
 * @throws InputError `mirror-unknown` when none is configured and this machine's apt knows none for `suite`
 */
export function mirrorFor({ mirror, suite }: { mirror: string; suite: string }): string {
  if (mirror !== '') return mirror;
  const own = firstMirror(aptTargets(), suite);
  if (own !== undefined) return own;
  throw new InputError(
    'mirror-unknown',
    `this machine's apt has no mirror of ${suite}; name one as pxe.mirror in the configuration`,
    { field: 'pxe.mirror' },
  );
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
