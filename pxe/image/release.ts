/** What distributions call the things that an installation is made of. Sources: their archives, sources.list(5), mmdebstrap(1). */
import type { Architecture } from '../../wire/pxe.ts';

export interface Distribution {
  /** Components with FAI's packages, Node and their dependencies, and with the firmware that hardware needs. */
  readonly components: string;
  /** Where security updates come from when nothing else is said; undefined: from the release's own mirror. */
  readonly securityMirror?: string;
  /** Keys of the archive where apt does not trust them anyway, with the package that brings them: the same path here and in an image. */
  readonly keyring?: { readonly file: string; readonly package: string };
  /** Depends on the newest kernel. */
  readonly kernelPackage: (architecture: Architecture) => string;
}

const DEBIAN_SUITES: readonly string[] = ['bookworm', 'trixie', 'forky', 'duke'];

const DEBIAN: Distribution = {
  components: 'main non-free-firmware',
  securityMirror: 'http://security.debian.org/debian-security',
  kernelPackage: (architecture) => `linux-image-${architecture}`,
};

/** Its firmware is among everything else that is not free. */
const BULLSEYE: Distribution = { ...DEBIAN, components: 'main' };

const UBUNTU: Distribution = {
  // FAI and Node are maintained by the community there.
  components: 'main universe',
  keyring: {
    file: '/usr/share/keyrings/ubuntu-archive-keyring.gpg',
    package: 'ubuntu-archive-keyring',
  },
  kernelPackage: () => 'linux-image-generic',
};

/** @param suite code name of a release, such as `bookworm` or `noble`; one that is not Debian's is taken for Ubuntu's */
export function distributionOf(suite: string): Distribution {
  if (suite === 'bullseye') return BULLSEYE;
  return DEBIAN_SUITES.includes(suite) ? DEBIAN : UBUNTU;
}

/** The processor of this machine. */
export const OWN_ARCHITECTURE: Architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
