/** Which address a client gets. The policy above `LeaseStore`; offers live in memory, leases on disk. */
import type { Ipv4, Mac } from '../../wire/address.ts';
import type { Lease, LeaseStore } from './lease-store.ts';

/** Addresses `first` to `last`, both included. */
export interface AddressRange {
  readonly first: Ipv4;
  readonly last: Ipv4;
}

/** Addresses that are set aside for one machine, inside or outside the ranges. */
export interface Reservations {
  addressOf(mac: Mac): Ipv4 | undefined;
  /** Undefined for an address that is not reserved. */
  ownersOf(address: Ipv4): readonly string[] | undefined;
}

/** A client of the server: its key, and the MAC address by which reservations go. */
export interface LeaseClient {
  readonly key: string;
  readonly mac: Mac | undefined;
}

/** How long an offer is kept for the client that got it: OVMF asks 4 s after it, STP can hold the answer for 50 s. */
const OFFER_MS = 60_000;
const OFFERS_MAX = 4096;
/** How long an address stays unused after somebody else was heard on it. */
export const QUARANTINE_MS = 10 * 60_000;

/** The addresses of a range that never had a lease: some below `next`, and all from there on. */
interface FreshAddresses {
  next: Ipv4;
  readonly below: Ipv4[];
}

interface Offer {
  readonly address: Ipv4;
  readonly expiresMs: number;
}

export class Leases {
  readonly #store: LeaseStore;
  readonly #reservations: Reservations;
  readonly #offers = new Map<string, Offer>();
  readonly #offered = new Map<Ipv4, string>();
  readonly #fresh = new Map<AddressRange, FreshAddresses>();

  constructor(store: LeaseStore, reservations: Reservations) {
    this.#store = store;
    this.#reservations = reservations;
  }

  /**
   * The address to offer, kept for the client for a minute: its reservation, what it has or had, what it asks for, or a free one.
   * @returns undefined when every address of the ranges is taken
   */
  offer(
    client: LeaseClient,
    ranges: readonly AddressRange[],
    { nowMs, wanted }: { readonly nowMs: number; readonly wanted?: Ipv4 | undefined },
  ): Ipv4 | undefined {
    this.#dropOldOffers(nowMs);
    const reserved = client.mac && this.#reservations.addressOf(client.mac);
    const had = this.#offers.get(client.key)?.address ?? this.#store.ofClient(client.key)?.address;
    const preferred = [had, wanted].filter(
      (address) => address !== undefined && ranges.some((range) => contains(range, address)),
    );
    const address =
      [reserved, ...preferred].find(
        (candidate) => candidate !== undefined && this.isFreeFor(client, candidate, nowMs),
      ) ?? this.#findFree(client, ranges, nowMs);
    if (address !== undefined) this.#remember(client.key, { address, expiresMs: nowMs + OFFER_MS });
    return address;
  }

  /** True when nobody else holds, was offered, or has reserved the address, and it is not in quarantine. */
  isFreeFor(client: LeaseClient, address: Ipv4, nowMs: number): boolean {
    const owners = this.#reservations.ownersOf(address);
    if (owners && !owners.includes(client.key)) return false;
    const offeredTo = this.#offered.get(address);
    if (offeredTo !== undefined && offeredTo !== client.key) return false;
    const lease = this.#store.at(address);
    return !lease || lease.client === client.key || lease.expiresMs <= nowMs;
  }

  /** The client's lease or offer: what it may ask for. */
  expected(client: LeaseClient, nowMs: number): Ipv4 | undefined {
    const offer = this.#offers.get(client.key);
    if (offer && offer.expiresMs > nowMs) return offer.address;
    return this.#store.ofClient(client.key)?.address;
  }

  /** The client of the address's lease, also of one that has run out. */
  holderOf(address: Ipv4): string | undefined {
    return this.#store.at(address)?.client;
  }

  /** Whether any lease of the client is on record, also one that has run out. */
  knows(client: LeaseClient): boolean {
    return this.#store.ofClient(client.key) !== undefined;
  }

  /** Gives the address to the client until `expiresMs`; it is to be told when `onDisk` resolves. */
  grant(
    client: LeaseClient,
    address: Ipv4,
    until: { expiresMs: number; hostName: string | undefined },
  ): void {
    // First the lease: the address of an offer without one would be fresh again.
    this.#store.put({ address, client: client.key, mac: client.mac, ...until });
    this.withdraw(client);
  }

  /** Resolves when all that was granted before survives a power cut. */
  onDisk(): Promise<void> {
    return this.#store.onDisk();
  }

  /** The client took another server's offer, or was told no. */
  withdraw(client: LeaseClient): void {
    const offer = this.#offers.get(client.key);
    if (offer) this.#dropOffer(client.key, offer);
  }

  /** Ends the client's lease but remembers it, so that the client gets the same address again while it is free. */
  release(client: LeaseClient, address: Ipv4, nowMs: number): boolean {
    const lease = this.#store.at(address);
    if (lease?.client !== client.key) return false;
    this.#store.put({ ...lease, expiresMs: nowMs });
    return true;
  }

  /** Somebody else was heard on the address: nobody gets it for a while. */
  quarantine(address: Ipv4, nowMs: number): void {
    const offeredTo = this.#offered.get(address);
    if (offeredTo !== undefined) this.#offers.delete(offeredTo);
    this.#offered.delete(address);
    this.#store.put({
      address,
      client: undefined,
      mac: undefined,
      hostName: undefined,
      expiresMs: nowMs + QUARANTINE_MS,
    });
  }

  /** The next addresses that are going to be offered to new clients. */
  upcoming(range: AddressRange, count: number): Ipv4[] {
    const { below, next } = this.#freshOf(range);
    const ahead = Array.from({ length: count }, (_, i) => (next + i) as Ipv4);
    return [...below.slice(0, count), ...ahead]
      .filter((address) => address <= range.last && !this.#reservations.ownersOf(address))
      .slice(0, count);
  }

  all(): Lease[] {
    return this.#store.all();
  }

  #findFree(client: LeaseClient, ranges: readonly AddressRange[], nowMs: number): Ipv4 | undefined {
    for (const range of ranges) {
      const address = this.#neverUsed(client, range, nowMs);
      if (address !== undefined) return address;
    }
    for (const range of ranges) {
      // At most so many expired ones are on offer to others or reserved.
      const limit = this.#offered.size + 16;
      const found = this.#store
        .expired(range, nowMs, limit)
        .find((lease) => this.isFreeFor(client, lease.address, nowMs));
      if (found) return found.address;
    }
    return undefined;
  }

  #neverUsed(client: LeaseClient, range: AddressRange, nowMs: number): Ipv4 | undefined {
    const fresh = this.#freshOf(range);
    for (;;) {
      const address: Ipv4 = fresh.below.shift() ?? fresh.next;
      if (address > range.last) return undefined;
      if (address === fresh.next) fresh.next = (address + 1) as Ipv4;
      if (this.isFreeFor(client, address, nowMs)) return address;
    }
  }

  #freshOf(range: AddressRange): FreshAddresses {
    const known = this.#fresh.get(range);
    if (known) return known;
    const used = this.#store.addressesIn(range);
    const below: Ipv4[] = [];
    let next = range.first;
    for (const address of used) {
      for (; next < address; next = (next + 1) as Ipv4) below.push(next);
      next = (address + 1) as Ipv4;
    }
    const fresh = { next, below };
    this.#fresh.set(range, fresh);
    return fresh;
  }

  #remember(key: string, offer: Offer): void {
    const before = this.#offers.get(key);
    if (before) this.#offered.delete(before.address);
    // Set anew, so that the map's order stays the order of expiry.
    this.#offers.delete(key);
    this.#offers.set(key, offer);
    this.#offered.set(offer.address, key);
  }

  /** An address that was offered and not taken is as fresh as before. */
  #dropOffer(key: string, { address }: Offer): void {
    this.#offers.delete(key);
    this.#offered.delete(address);
    if (this.#store.at(address)) return;
    for (const [range, fresh] of this.#fresh) {
      if (contains(range, address) && address < fresh.next) fresh.below.push(address);
    }
  }

  #dropOldOffers(nowMs: number): void {
    for (const [key, offer] of this.#offers) {
      if (offer.expiresMs > nowMs && this.#offers.size <= OFFERS_MAX) return;
      this.#dropOffer(key, offer);
    }
  }
}

function contains(range: AddressRange, address: Ipv4): boolean {
  return address >= range.first && address <= range.last;
}
