import type { Ipv4, Mac } from '../../wire/address.ts';

/** Addresses remembered; the oldest go first. */
const ADDRESSES_MAX = 20_000;

/** Which machine has which address now: learned from DHCP, in proxy mode by overhearing, else from the kernel's ARP table. */
export class Machines {
  readonly #macOf = new Map<Ipv4, Mac>();
  readonly #readArpTable: () => ReadonlyMap<Ipv4, Mac>;

  constructor(readArpTable: () => ReadonlyMap<Ipv4, Mac>) {
    this.#readArpTable = readArpTable;
  }

  learn(address: Ipv4, mac: Mac): void {
    if (address === 0) return;
    this.#macOf.delete(address);
    this.#macOf.set(address, mac);
    if (this.#macOf.size > ADDRESSES_MAX) {
      const [oldest] = this.#macOf.keys();
      if (oldest !== undefined) this.#macOf.delete(oldest);
    }
  }

  macOf(address: Ipv4 | undefined): Mac | undefined {
    if (address === undefined) return undefined;
    return this.#macOf.get(address) ?? this.#readArpTable().get(address);
  }
}
