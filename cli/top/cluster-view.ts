import type { AlertInfo, HostState, HostSummary, LiveMessage } from '../../wire/http.ts';
import { LIVE_FRAME_HEAD } from '../../wire/http.ts';
import { COLUMNS, METRICS, type Values } from './columns.ts';

export interface HostRow {
  readonly name: string;
  readonly state: HostState;
  /** In the order of `COLUMNS`; NaN = unknown. */
  readonly values: readonly number[];
}

/** What the live stream has said so far. */
export class ClusterView {
  readonly #hosts = new Map<string, HostSummary>();
  #layout: readonly string[] = [];
  #frame: Float64Array = new Float64Array(LIVE_FRAME_HEAD);
  #alerts: readonly AlertInfo[] = [];

  /** Milliseconds since the epoch of the newest frame; 0 before the first. */
  get timeMs(): number {
    return this.#frame[1] ?? 0;
  }

  get firingCount(): number {
    return this.#alerts.filter(({ state }) => state === 'firing').length;
  }

  countOf(state: HostState): number {
    let count = 0;
    for (const host of this.#hosts.values()) if (host.state === state) count += 1;
    return count;
  }

  tell(message: LiveMessage): void {
    switch (message.kind) {
      case 'layout':
        this.#layout = message.hosts;
        break;
      case 'hosts':
        for (const host of message.hosts) this.#hosts.set(host.id, host);
        break;
      case 'hosts-removed':
        for (const id of message.ids) this.#hosts.delete(id);
        break;
      case 'alerts':
        this.#alerts = message.alerts;
        break;
      case 'event':
      case 'problems':
      case 'error':
        break;
    }
  }

  /** @returns false when the frame does not fit the layout, which is then still under way */
  setFrame(frame: Float64Array): boolean {
    if (frame.length !== LIVE_FRAME_HEAD + METRICS.length * this.#layout.length) return false;
    this.#frame = frame;
    return true;
  }

  /** One per host, in the order of the layout. */
  rows(): HostRow[] {
    const states = new Map([...this.#hosts.values()].map(({ name, state }) => [name, state]));
    return this.#layout.map((name, host) => {
      const values = this.#valuesOf(host);
      return {
        name,
        state: states.get(name) ?? 'down',
        values: COLUMNS.map((column) => column.value(values)),
      };
    });
  }

  #valuesOf(host: number): Values {
    return (metric) => {
      const at = METRICS.indexOf(metric) * this.#layout.length + host;
      return this.#frame[LIVE_FRAME_HEAD + at] ?? Number.NaN;
    };
  }
}

export interface Order {
  /** Id of a column, `name` or `state`. */
  readonly by: string;
  readonly isReversed: boolean;
}

export const ORDERS: readonly string[] = ['name', 'state', ...COLUMNS.map(({ id }) => id)];

const STATE_RANK: Readonly<Record<HostState, number>> = { down: 0, stopped: 1, up: 2 };

/** Names rise, states go from bad to good, values fall; unknown values come last either way. Does not change `rows`. */
export function sorted(rows: readonly HostRow[], { by, isReversed }: Order): HostRow[] {
  const sign = isReversed ? -1 : 1;
  const column = COLUMNS.findIndex(({ id }) => id === by);
  return rows.toSorted((a, b) => {
    const difference =
      column >= 0
        ? compareValues(a.values[column], b.values[column], sign)
        : by === 'state'
          ? sign * (STATE_RANK[a.state] - STATE_RANK[b.state])
          : sign * compareNames(a, b);
    return difference || compareNames(a, b);
  });
}

function compareValues(a = Number.NaN, b = Number.NaN, sign: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return sign * (b - a);
}

function compareNames(a: HostRow, b: HostRow): number {
  return a.name < b.name ? -1 : Number(a.name > b.name);
}
