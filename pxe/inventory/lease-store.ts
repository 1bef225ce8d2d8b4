import type Database from 'better-sqlite3';
import type { Ipv4, Mac } from '../../wire/address.ts';

/** One address and who holds, or last held, it. */
export interface Lease {
  readonly address: Ipv4;
  /** Undefined for an address in quarantine: somebody else answers on it. */
  readonly client: string | undefined;
  readonly mac: Mac | undefined;
  readonly hostName: string | undefined;
  /** In the past for an address that is free again, but remembered for its last client. */
  readonly expiresMs: number;
}

interface Row {
  readonly address: Ipv4;
  readonly client: string | null;
  readonly mac: Mac | null;
  readonly host_name: string | null;
  readonly expires_ms: number;
}

/** The SQL of leases. Every call is one indexed access, so that 10,000 leases cost what 100 cost. */
export class LeaseStore {
  readonly #byClient;
  readonly #byAddress;
  readonly #oldestExpired;
  readonly #inRange;
  readonly #all;
  readonly #dropClient;
  readonly #put;
  readonly #transaction;
  readonly #onDisk: () => Promise<void>;

  /** @param onDisk resolves when everything that was put before is durable; left out where a commit is */
  constructor(db: Database.Database, onDisk: () => Promise<void> = async () => {}) {
    this.#onDisk = onDisk;
    const columns = 'address, client, mac, host_name, expires_ms';
    this.#byClient = db.prepare<[string], Row>(`SELECT ${columns} FROM lease WHERE client = ?`);
    this.#byAddress = db.prepare<[number], Row>(`SELECT ${columns} FROM lease WHERE address = ?`);
    this.#oldestExpired = db.prepare<[number, number, number, number], Row>(
      `SELECT ${columns} FROM lease INDEXED BY lease_expiry
       WHERE expires_ms <= ? AND address BETWEEN ? AND ? ORDER BY expires_ms LIMIT ?`,
    );
    this.#inRange = db
      .prepare<[number, number], Ipv4>(
        'SELECT address FROM lease WHERE address BETWEEN ? AND ? ORDER BY address',
      )
      .pluck();
    this.#all = db.prepare<[], Row>(`SELECT ${columns} FROM lease ORDER BY address`);
    this.#dropClient = db.prepare<[string | null, number]>(
      'DELETE FROM lease WHERE client = ? AND address <> ?',
    );
    this.#put = db.prepare<[number, string | null, string | null, string | null, number]>(
      'INSERT OR REPLACE INTO lease (address, client, mac, host_name, expires_ms) VALUES (?, ?, ?, ?, ?)',
    );
    this.#transaction = db.transaction((lease: Lease) => {
      this.#dropClient.run(lease.client ?? null, lease.address);
      this.#put.run(
        lease.address,
        lease.client ?? null,
        lease.mac ?? null,
        lease.hostName ?? null,
        lease.expiresMs,
      );
    });
  }

  ofClient(client: string): Lease | undefined {
    return fromRow(this.#byClient.get(client));
  }

  at(address: Ipv4): Lease | undefined {
    return fromRow(this.#byAddress.get(address));
  }

  /** Up to `limit` addresses from `first` to `last`, both included, that ran out before `nowMs`; the one free for longest first. */
  expired(
    range: { readonly first: Ipv4; readonly last: Ipv4 },
    nowMs: number,
    limit: number,
  ): Lease[] {
    return this.#oldestExpired
      .all(nowMs, range.first, range.last, limit)
      .flatMap((row) => fromRow(row) ?? []);
  }

  /** The addresses of a range that have, or had, a lease; ascending. */
  addressesIn(range: { readonly first: Ipv4; readonly last: Ipv4 }): Ipv4[] {
    return this.#inRange.all(range.first, range.last) as Ipv4[];
  }

  all(): Lease[] {
    return this.#all.all().flatMap((row) => fromRow(row) ?? []);
  }

  /** Ends whatever else the client, or the address, had. */
  put(lease: Lease): void {
    this.#transaction.immediate(lease);
  }

  /** Resolves when what was put before is on disk. */
  onDisk(): Promise<void> {
    return this.#onDisk();
  }
}

function fromRow(row: Row | undefined): Lease | undefined {
  return (
    row && {
      address: row.address,
      client: row.client ?? undefined,
      mac: row.mac ?? undefined,
      hostName: row.host_name ?? undefined,
      expiresMs: row.expires_ms,
    }
  );
}
