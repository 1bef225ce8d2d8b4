import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ChartPanel, View } from '../../wire/views.ts';
import { importGangliaView } from './ganglia-view.ts';
import { parseView } from './parse-view.ts';

const WEB = readFileSync(join(import.meta.dirname, 'testdata/view_web.json'), 'utf8');

/** As the page would show it. */
function imported(json: unknown): View {
  const { text } = importGangliaView(typeof json === 'string' ? json : JSON.stringify(json));
  const { view, problems } = parseView(text);
  assert.deepEqual(problems, []);
  return view!;
}

function panelsOf(view: View): ChartPanel[] {
  return view.rows.flatMap(({ panels }) => panels as ChartPanel[]);
}

test('items become charts: hosts, whole clusters, aggregates, reports', () => {
  const panels = panelsOf(imported(WEB));
  assert.deepEqual(
    panels.map(({ title, style, width, queries }) => [title, style, width, queries[0]?.expr]),
    [
      ['web01 CPU', 'stack', 6, 'cpu_user{host="web01"}'],
      ['hpc Network', 'line', 4, 'sum(bytes_in)'],
      ['Load <b>now</b>', 'line', 6, 'load_one{host="web01"}'],
      ['hpc proc_run', 'line', 6, 'sum(proc_run)'],
      [
        'Load of the web servers',
        'stack',
        6,
        '{__name__=~"(?i).*(?:load_one).*", host=~"(?i).*(?:web-0[2-7]|web50).*"}',
      ],
    ],
  );
});

test('limits, labels and thresholds are carried over', () => {
  const panels = panelsOf(imported(WEB));
  assert.deepEqual([panels[2]?.warning, panels[2]?.critical], [4, 8]);
  const last = panels[4];
  assert.deepEqual([last?.min, last?.max], [0, 40]);
  assert.deepEqual(last?.queries[0]?.units, 'processes');
  assert.deepEqual(last?.queries[0]?.name, '{{__name__}}');
});

test('what could not be carried over is said', () => {
  const { name, notes } = importGangliaView(WEB);
  assert.equal(name, 'web-servers');
  assert.deepEqual(notes, [
    'its parent Production: views have no tree here',
    'common_y_axis: give the panels the same min and max where it matters',
    'item 3: the report apache_report is not known here',
    'item 6: glegend: the legend always shows',
  ]);
});

test('a view of type regex means every host that its pattern is in', () => {
  const view = imported({
    view_name: 'all web',
    view_type: 'regex',
    items: [
      { hostname: '^web\\d+$', metric: 'load_one' },
      { hostname: 'web', graph: 'network_report' },
    ],
  });
  assert.deepEqual(
    panelsOf(view).map(({ queries }) => queries[0]?.expr),
    ['load_one{host=~".*(?:^web\\\\d+$).*"}', 'sum(bytes_in{host=~".*(?:web).*"})'],
  );
});

test('names from a file of somebody else stay texts', () => {
  const name = '"; DROP: [*a, !!js x] #';
  const view = imported({ view_name: name, items: [{ hostname: name, metric: 'load_one' }] });
  assert.equal(view.title, name);
  assert.equal(panelsOf(view)[0]?.queries[0]?.expr, `load_one{host=${JSON.stringify(name)}}`);
});

const refused = [
  { json: 'view_name: x', says: /no JSON/ },
  { json: '[]', says: /object with view_name and items/ },
  { json: 'null', says: /object with view_name and items/ },
  { json: '{"view_name": "x", "items": []}', says: /no item that can be shown/ },
  { json: '{"view_name": "x", "items": [null, 7, {"graph": "x_report"}]}', says: /no item/ },
];
for (const { json, says } of refused) {
  test(`${json} is refused`, () => {
    assert.throws(() => importGangliaView(json), { code: 'ganglia-view', message: says });
  });
}
