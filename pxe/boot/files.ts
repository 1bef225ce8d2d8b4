/** Boot loaders by name: the data folder first, then where Debian's packages put them. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';

const PACKAGED: Readonly<
  Record<string, { readonly paths: readonly string[]; readonly from: string }>
> = {
  'undionly.kpxe': { paths: ['/usr/lib/ipxe/undionly.kpxe'], from: 'ipxe' },
  'snponly.efi': { paths: ['/usr/lib/ipxe/snponly.efi'], from: 'ipxe' },
  'ipxe.efi': { paths: ['/usr/lib/ipxe/ipxe.efi'], from: 'ipxe' },
  'snponly-arm64.efi': {
    paths: ['/usr/lib/ipxe/ipxe-arm64.efi'],
    from: 'ipxe (Debian 13 or later)',
  },
  'snponly-riscv64.efi': {
    paths: ['/usr/lib/ipxe/ipxe-riscv64.efi'],
    from: 'ipxe (Debian 13 or later)',
  },
  'shimx64.efi': {
    // Ubuntu keeps two, and a link that need not be there.
    paths: ['/usr/lib/shim/shimx64.efi.signed', '/usr/lib/shim/shimx64.efi.signed.latest'],
    from: 'shim-signed',
  },
  'shimaa64.efi': {
    paths: ['/usr/lib/shim/shimaa64.efi.signed', '/usr/lib/shim/shimaa64.efi.signed.latest'],
    from: 'shim-signed for arm64',
  },
  // shim asks for its second stage by this name, beside itself.
  'grubx64.efi': {
    paths: ['/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed'],
    from: 'grub-efi-amd64-signed',
  },
  'grubaa64.efi': {
    paths: ['/usr/lib/grub/arm64-efi-signed/grubnetaa64.efi.signed'],
    from: 'grub-efi-arm64-signed',
  },
  'mmx64.efi': { paths: ['/usr/lib/shim/mmx64.efi.signed'], from: 'shim-helpers-amd64-signed' },
};

/** Where a boot loader that is missing comes from, as half a sentence. */
export function sourceOf(name: string): string {
  const known = Object.hasOwn(PACKAGED, name) ? PACKAGED[name] : undefined;
  const own = 'put it into the folder `boot` of the data folder';
  return known ? `it comes with the package ${known.from}; or ${own}` : own;
}

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
    const known = Object.hasOwn(PACKAGED, name) ? PACKAGED[name] : undefined;
    return known?.paths.find((path) => existsSync(path));
  }
}
