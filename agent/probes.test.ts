import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../base/clock.ts';
import { defaultsOf } from '../base/config.ts';
import { Finder } from './exporters/finder.ts';
import { startProbes } from './probes.ts';
import { SeriesTable, SourceTable } from './series.ts';
import { exporterSettings, pluginSettings } from './settings.ts';
import { withExporter } from './testing/exporter.ts';
import { quietLog, settingsWith } from './testing/machine.ts';

const exporter = (url: string, name = '') => ({ ...defaultsOf(exporterSettings), url, name });
const plugin = (command: string, name = '') => ({ ...defaultsOf(pluginSettings), command, name });

function started(settings: Parameters<typeof settingsWith>[0]) {
  const table = new SeriesTable();
  const stop = startProbes(settingsWith(settings), {
    clock: systemClock,
    monotonicMs: () => performance.now(),
    random: () => 0.99,
    hostName: 'n1',
    table,
    log: quietLog,
  });
  stop();
  return table.metrics
    .filter(({ name }) => name === 'source_success')
    .map(({ labels }) => labels['source']);
}

test('probes are named after port or program unless the settings name them', () => {
  const names = started({
    exporters: [
      exporter('http://127.0.0.1:9100/metrics'),
      exporter('http://127.0.0.1:9187/metrics', 'db'),
      exporter('http://127.0.0.1:1234/metrics'),
      exporter('http://127.0.0.1/metrics'),
    ],
    plugins: [plugin('/usr/lib/nagios/plugins/check_load -w 5'), plugin('true', 'fine')],
    findExporters: true,
  });
  assert.deepEqual(names, [
    'node:9100',
    'db:9187',
    'exporter:1234',
    'exporter:80',
    'plugin:load',
    'plugin:fine',
    'exporters',
  ]);
});

test('two probes that would have the same series are refused', () => {
  const plugins = [plugin('check_disk -p /'), plugin('check_disk -p /home')];
  assert.throws(() => started({ plugins }), { code: 'probe-twice', message: /the plugin disk/ });
});

const answers = [
  { answer: '# HELP node_load1 Load\nnode_load1 1\n', found: ['node'] },
  { answer: 'other_metric 1\n', found: [] },
  { answer: '<html>', found: [] },
];
for (const { answer, found } of answers) {
  test(`looking for exporters: what answers ${JSON.stringify(answer)}`, () => {
    let requests = 0;
    return withExporter(
      (_, response) => {
        requests += 1;
        response.end(answer);
      },
      async (url) => {
        const names: string[] = [];
        const finder = new Finder({
          table: new SourceTable(new SeriesTable()),
          candidates: [{ port: Number(new URL(url).port), name: 'node', prefix: 'node_' }],
          found: ({ name }, at) => names.push(at === url ? name : at),
        });
        await finder.run(AbortSignal.timeout(10_000));
        await finder.run(AbortSignal.timeout(10_000));
        assert.deepEqual(names, found);
        assert.equal(requests, 1, 'asked once');
      },
    );
  });
}

test('a port where nobody listens is no failure', async () => {
  const finder = new Finder({
    table: new SourceTable(new SeriesTable()),
    candidates: [{ port: 1, name: 'node', prefix: 'node_' }],
    found: () => assert.fail('nobody is there'),
  });
  await finder.run(AbortSignal.timeout(10_000));
});
