import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SeriesInfo } from '../../wire/http.ts';
import { servicesOf } from './services.ts';

function series(metric: string, labels: Readonly<Record<string, string>>): SeriesInfo {
  return {
    ...{ key: metric + JSON.stringify(labels), metric, labels, type: 'uint', units: '' },
    ...{ slope: 'both', tmax: 0, dmax: 0, group: '', title: '', description: '' },
    ...{ value: 1, timeMs: null },
  };
}

test('a line per service with all that is known of it', () => {
  const table = servicesOf([
    series('load_one', {}),
    series('service_up', { service: 'nginx' }),
    series('service_memory', { service: 'nginx' }),
    series('unit_active', { unit: 'cron' }),
  ]);
  assert.deepEqual(
    table.metrics.map(({ metric }) => metric),
    ['service_up', 'service_memory', 'unit_active'],
  );
  assert.deepEqual(
    table.services.map(({ name, values }) => [name, [...values.keys()]]),
    [
      ['cron', ['unit_active']],
      ['nginx', ['service_up', 'service_memory']],
    ],
  );
});

test('a metric of several series per service is left out: none of them is the value of the service', () => {
  const table = servicesOf([
    series('service_up', { service: 'web' }),
    ...['200', '500'].map((code) => series('requests_total', { service: 'web', code })),
  ]);
  assert.deepEqual([...table.services[0]!.values.keys()], ['service_up']);
});
