import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeriesTable, SourceTable } from './series.ts';
import { parseUserValue, USER_METRICS_MAX, UserMetrics } from './user-metrics.ts';

test('a name and a value are enough', () => {
  assert.deepEqual(parseUserValue('{"name": "room", "value": 21.5}'), {
    metric: {
      name: 'room',
      type: 'float',
      units: '',
      slope: 'both',
      tmax: 60,
      dmax: 0,
      group: 'user',
      title: 'room',
      description: '',
      labels: {},
    },
    value: 21.5,
  });
});

const refused: [string, string, RegExp][] = [
  ['no JSON', 'room 21', /line must be one JSON object/],
  ['an array', '[1]', /line must be one JSON object/],
  ['no name', '{"value":1}', /name must be letters/],
  ['a bad name', '{"name":"a-b","value":1}', /name "a-b" must be letters/],
  ['no value', '{"name":"a"}', /value must be a number/],
  ['a text for a number', '{"name":"a","value":"1"}', /value "1" must be a number for type float/],
  ['a fraction for a whole', '{"name":"a","value":1.5,"type":"int"}', /must be whole/],
  ['below zero', '{"name":"a","value":-1,"type":"uint"}', /from 0 to 4294967295/],
  ['above the type', '{"name":"a","value":4294967296,"type":"uint"}', /from 0 to 4294967295/],
  ['too large for float', '{"name":"a","value":1e39}', /too large for type float/],
  ['a number for a text', '{"name":"a","value":1,"type":"string"}', /value 1 must be a text/],
  ['an unknown type', '{"name":"a","value":1,"type":"int8"}', /type "int8" must be one of float/],
  ['an unknown field', '{"name":"a","value":1,"unit":"C"}', /unit is unknown; known are name/],
  ['long units', `{"name":"a","value":1,"units":"${'x'.repeat(33)}"}`, /at most 32 bytes/],
  ['tmax 0', '{"name":"a","value":1,"tmax":0}', /tmax 0 must be whole seconds, 1 or more/],
  ['a bad label', '{"name":"a","value":1,"labels":{"a b":"c"}}', /labels "a b" must have names/],
  ['a label that is no text', '{"name":"a","value":1,"labels":{"a":1}}', /labels.a 1 must be/],
];
for (const [name, line, message] of refused) {
  test(`refused: ${name}`, () => {
    assert.throws(() => parseUserValue(line), { code: 'metric-invalid', message });
  });
}

function setUp() {
  const table = new SeriesTable();
  const clock = { nowMs: 0 };
  const metrics = new UserMetrics(new SourceTable(table), () => clock.nowMs);
  const send = (name: string, fields: object = {}) =>
    metrics.set(parseUserValue(JSON.stringify({ name, value: 1, ...fields })));
  return { table, clock, metrics, send };
}

test('a value is believed for four times its tmax, a series goes after its dmax', () => {
  const { table, clock, metrics, send } = setUp();
  send('room', { tmax: 10, dmax: 100 });
  clock.nowMs = 40_000;
  metrics.read();
  assert.equal(table.numbers[0], 1);
  clock.nowMs = 41_000;
  metrics.read();
  assert.ok(Number.isNaN(table.numbers[0]));
  assert.equal(table.count, 1);
  clock.nowMs = 101_000;
  metrics.read();
  assert.equal(table.count, 0);
  assert.equal(table.metrics[0]?.dmax, 1, 'collectors drop it at once');
  send('room', { tmax: 10, dmax: 100 });
  assert.equal(table.count, 1);
  assert.equal(table.metrics[0]?.dmax, 100);
});

test('there is a bound on names and labels, not on values', () => {
  const { send } = setUp();
  for (let index = 0; index < USER_METRICS_MAX; index += 1)
    send('m', { labels: { n: `${index}` } });
  send('m', { labels: { n: '7' }, value: 2 });
  assert.throws(() => send('one_more'), { code: 'metric-limit' });
});
