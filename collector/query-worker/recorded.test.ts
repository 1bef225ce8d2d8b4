import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RuleSeries } from '../alerts/rule-series.ts';
import { Labels } from '../query/labels.ts';
import { recordedFor } from './recorded.ts';

const recorded = new RuleSeries();
for (const name of ['job:load:avg', 'ALERTS'])
  recorded.append({ labels: Labels.from({ __name__: name }), value: 1 }, 1000);

for (const { text, taken } of [
  { text: 'load_one', taken: [] },
  { text: 'avg(load_one{host="a"}) + 1', taken: [] },
  { text: 'job:load:avg > 2', taken: ['job:load:avg'] },
  { text: 'ALERTS{alertstate="firing"}', taken: ['ALERTS'] },
  { text: '{__name__=~"job:.*"}', taken: ['job:load:avg', 'ALERTS'] },
  { text: 'load_one or {a="b"}', taken: ['job:load:avg', 'ALERTS'] },
  { text: 'count({a="b"})', taken: ['job:load:avg', 'ALERTS'] },
  { text: 'load_one {host="a"}', taken: [] },
]) {
  test(`series of rules that a query may ask for: ${text}`, () => {
    const names = recordedFor([text], recorded).map(({ labels }) => labels['__name__']);
    assert.deepEqual(names, taken);
  });
}
