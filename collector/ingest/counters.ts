/** What the ingest thread counts. */
import type { PacketErrorCode } from '../../wire/packet.ts';
import { LagHistogram } from './lag-histogram.ts';

/** Why a datagram was not accepted, besides what the decoder finds (docs/errors.md). */
export type Rejection =
  | PacketErrorCode
  /** A datagram of this boot with this number came before, or is too far behind. */
  | 'replay'
  /** The tag at the end is not that of the agent's key. */
  | 'tag'
  /** Sent before the agent's last start. */
  | 'old-boot'
  /** Samples by a schema that is not known (yet). */
  | 'schema-unknown'
  /** There is no room for another host. */
  | 'hosts-limit'
  /** Too many new agents in this second. */
  | 'new-agents-limit'
  /** An answer to no request of ours. */
  | 'unasked'
  /** A kind of datagram that is not for collectors. */
  | 'kind-refused';

export class Counters {
  datagrams = 0;
  samples = 0;
  backfilled = 0;
  kernelDrops = 0;
  readonly lag = new LagHistogram();
  readonly #rejected = new Map<Rejection, number>();

  reject(reason: Rejection): void {
    this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + 1);
  }

  get rejected(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#rejected);
  }
}
