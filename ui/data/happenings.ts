/** What happened in the time on screen: loaded once for all charts of the page, continued by the stream. */
import { computed, effect, signal } from '@preact/signals';
import type { AlertTransition, EventInfo } from '../../wire/http.ts';
import {
  type Happening,
  merged,
  ofAlerts,
  ofEvent,
  ofMachines,
  ofTransitions,
} from '../lib/happenings.ts';
import { rangeBounds } from '../lib/time-range.ts';
import { getJson } from './api.ts';
import { alerts, clockReady, nowS, onEvent, reconnects } from './live.ts';
import { machines } from './machines.ts';
import { page, range } from './router.ts';

const loaded = signal<readonly Happening[]>([]);
/** More marks than a chart has pixels help nobody. */
const KEPT_MAX = 2_000;

/** On the page of one host only its own events are asked for, or those of others would crowd them out. */
const host = computed(() => (page.value.name === 'host' ? page.value.host : ''));

export const happenings = computed(() => {
  const known = machines.value.kind === 'loaded' ? machines.value.value : [];
  return merged([...loaded.value, ...ofAlerts(alerts.value), ...ofMachines(known)]);
});

export function startHappenings(): void {
  onEvent((event) => {
    if (host.peek() === '' || event.host === '' || event.host === host.peek())
      loaded.value = [...loaded.value.slice(-KEPT_MAX), ofEvent(event)];
  });
  effect(() => {
    void reconnects.value;
    const { value: shown } = range;
    const { value: only } = host;
    let isCurrent = true;
    void load(only, shown).then((found) => {
      if (isCurrent) loaded.value = found;
    });
    return () => {
      isCurrent = false;
    };
  });
}

/** Marks are an extra: without them the charts are still right. */
async function load(only: string, shown: typeof range.value): Promise<readonly Happening[]> {
  await clockReady;
  const { fromS, toS } = rangeBounds(shown, nowS.peek());
  const window = { from: Math.floor(fromS), to: Math.ceil(toS) };
  const [events, transitions] = await Promise.all([
    getJson<readonly EventInfo[]>('/api/events', only === '' ? window : { ...window, host: only }),
    getJson<readonly AlertTransition[]>('/api/alerts/history', window),
  ]).catch((error: unknown) => {
    console.warn('events were not loaded:', error);
    return [[], []] as const;
  });
  return [...events.map(ofEvent), ...ofTransitions(transitions)];
}
