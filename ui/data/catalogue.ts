/** All metrics of the cluster; loaded at the start and again when hosts come that may bring new ones. */
import { computed, effect, signal } from '@preact/signals';
import type { MetricInfo } from '../../wire/http.ts';
import type { Vocabulary } from '../lib/completion.ts';
import { lensesOf } from '../lib/lens.ts';
import { own } from '../lib/own.ts';
import { natural } from '../lib/rack-map.ts';
import { getJson } from './api.ts';
import { hosts, reconnects } from './live.ts';

export const catalogue = signal<readonly MetricInfo[]>([]);
export const lenses = computed(() => lensesOf(catalogue.value));

/** What PromQL of this cluster can name: metrics, and labels with the values that hosts carry. */
export const vocabulary = computed((): Vocabulary => {
  const labels = new Map<string, readonly string[]>([
    ['host', hosts.value.map(({ name }) => name)],
  ]);
  for (const name of new Set(hosts.value.flatMap((host) => Object.keys(host.labels)))) {
    const values = new Set(hosts.value.flatMap((host) => own(host.labels, name) ?? []));
    labels.set(name, [...values].sort(natural));
  }
  for (const { labelNames } of catalogue.value)
    for (const name of labelNames) if (!labels.has(name)) labels.set(name, []);
  return { metrics: catalogue.value.map(({ name }) => name), labels };
});

/** A host tells its metrics a moment after it appears. */
const SETTLE_MS = 1_500;

export function startCatalogue(): void {
  let hostCount = -1;
  let reconnected = 0;
  let timer: number | undefined;
  effect(() => {
    if (hosts.value.length === hostCount && reconnects.value === reconnected) return;
    const isFirst = hostCount < 0;
    hostCount = hosts.value.length;
    reconnected = reconnects.value;
    clearTimeout(timer);
    timer = setTimeout(load, isFirst ? 0 : SETTLE_MS);
  });
}

function load(): void {
  getJson<readonly MetricInfo[]>('/api/metrics').then(
    (metrics) => {
      catalogue.value = metrics;
    },
    (error: unknown) => console.warn('the catalogue of metrics was not loaded:', error),
  );
}
