/** Boot loaders by name: the data folder first, then where Debian's packages put them. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';

const DEBIAN_FILES: Readonly<Record<string, readonly string[]>> = {
  'undionly.kpxe': ['/usr/lib/ipxe/undionly.kpxe'],
  'snponly.efi': ['/usr/lib/ipxe/snponly.efi'],
  'ipxe.efi': ['/usr/lib/ipxe/ipxe.efi'],
  'snponly-arm64.efi': ['/usr/lib/ipxe/ipxe-arm64.efi'],
  'shimx64.efi': ['/usr/lib/shim/shimx64.efi.signed'],
  'shimaa64.efi': ['/usr/lib/shim/shimaa64.efi.signed'],
  // shim asks for its second stage by this name, beside itself.
  'grubx64.efi': ['/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed'],
  'grubaa64.efi': ['/usr/lib/grub/arm64-efi-signed/grubnetaa64.efi.signed'],
  'mmx64.efi': ['/usr/lib/shim/mmx64.efi.signed'],
};

/** The Debian package to install for a boot loader that is missing. */
export const PACKAGE_OF: Readonly<Record<string, string>> = {
  'undionly.kpxe': 'ipxe',
  'snponly.efi': 'ipxe',
  'snponly-arm64.efi': 'ipxe (Debian 13)',
  'shimx64.efi': 'shim-signed',
  'grubx64.efi': 'grub-efi-amd64-signed',
};

export class BootFiles {
  readonly #folder: string;

  /** @param folder the user's own boot files, such as those of a Raspberry Pi; need not exist */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * The file of a name, such as `snponly.efi` or `overlays/vc4.dtbo`.
   * @param name normalized: no leading slash, no `..`
   * @returns its path, or undefined when there is none, or it leads out of the folder by a link
   */
  find(name: string): string | undefined {
    const own = join(this.#folder, name);
    if (existsSync(own)) {
      const root = realpathSync(this.#folder);
      const real = realpathSync(own);
      return real.startsWith(root + sep) && statSync(real).isFile() ? real : undefined;
    }
    const known = Object.hasOwn(DEBIAN_FILES, name) ? DEBIAN_FILES[name] : undefined;
    return known?.find((path) => existsSync(path));
  }
}
