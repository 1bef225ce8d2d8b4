import type { NotificationEntry } from './dedup.ts';
import { type LogPlace, type NotifyStore, type Outgoing, RETENTION_MS } from './store.ts';

/** What receivers were last told about each group; survives restarts. */
export class NotificationLog {
  readonly #store: NotifyStore;
  readonly #entries: Map<string, LogPlace & { readonly entry: NotificationEntry }>;

  constructor(store: NotifyStore) {
    this.#store = store;
    this.#entries = new Map(store.entries().map((row) => [keyOf(row), row]));
  }

  at(place: LogPlace): NotificationEntry | undefined {
    return this.#entries.get(keyOf(place))?.entry;
  }

  /**
   * A receiver counts as told from now on; what it is told is on its way in the same moment.
   * @param outgoing undefined when there is nothing to say, such as an end that nobody wants to hear of
   */
  note(
    place: LogPlace,
    entry: NotificationEntry,
    outgoing: Pick<Outgoing, 'notification' | 'reason'> | undefined,
  ): Outgoing | undefined {
    this.#entries.set(keyOf(place), { ...place, entry });
    return this.#store.enqueue(
      outgoing && { ...outgoing, integration: place.integration, createdMs: entry.timeMs },
      { ...place, entry },
    );
  }

  /** A receiver that refuses has not been told: the group tells it again when it is looked at next. */
  forgetRefused({ integration, notification: { groupKey }, createdMs }: Outgoing): void {
    const place = { groupKey, integration };
    if (this.at(place)?.timeMs === createdMs) this.#forget(place);
  }

  /** @param groupKeys of groups that there are: what was told of them is kept however long ago */
  forgetOld(nowMs: number, groupKeys: ReadonlySet<string>): void {
    for (const row of this.#entries.values()) {
      if (nowMs - row.entry.timeMs > RETENTION_MS && !groupKeys.has(row.groupKey)) {
        this.#forget(row);
      }
    }
  }

  #forget(place: LogPlace): void {
    this.#entries.delete(keyOf(place));
    this.#store.removeEntry(place);
  }
}

function keyOf({ groupKey, integration }: LogPlace): string {
  return `${integration}\u0000${groupKey}`;
}
