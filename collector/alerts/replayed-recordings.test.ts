import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backtest } from './backtest-report.ts';
import { seriesOf } from './testing/series.ts';

const source = seriesOf({
  'busy{host="a"}': '1x9 9x19 1x9 9x9 _ 9x9',
  'busy{host="b"}': '1x60',
});

const cases: readonly {
  readonly name: string;
  readonly rules: readonly object[];
  readonly want: readonly string[];
}[] = [
  {
    name: 'an alert of a recorded series',
    rules: [
      { record: 'host:busy:twice', expr: '2 * busy', labels: { of: 'file' } },
      { alert: 'Busy', expr: 'host:busy:twice > 10', for: '5s' },
    ],
    // At 50 s its data is missing: it goes on.
    want: ['a file 15-30', 'a file 45-'],
  },
  {
    name: 'a recorded series of a recorded series, looked back at',
    rules: [
      { record: 'x', expr: 'sum by (host) (busy)' },
      { record: 'y', expr: 'max_over_time(x[3s])' },
      { alert: 'Busy', expr: 'y > 5', on_missing: 'resolve' },
    ],
    want: ['a  10-32', 'a  40-'],
  },
  {
    name: 'a recorded series is there from its rule on',
    rules: [
      { alert: 'Busy', expr: 'x > 5' },
      { record: 'x', expr: 'busy' },
    ],
    want: ['a  10-30', 'a  40-'],
  },
];

for (const { name, rules, want } of cases) {
  test(`backtest: ${name}`, () => {
    const report = backtest(
      {
        ...{ stepSeconds: 1, rule: undefined, routing: undefined },
        rules: JSON.stringify({ groups: [{ name: 'g', rules }] }),
        fromMs: 0,
        toMs: 59_000,
      },
      { source },
    );
    const found = report.rules.flatMap(({ alerts }) =>
      alerts.flatMap(({ labels, firings }) =>
        firings.map(
          ({ fromMs, toMs }) =>
            `${labels['host']} ${labels['of'] ?? ''} ${fromMs / 1000}-${toMs === null ? '' : toMs / 1000}`,
        ),
      ),
    );
    assert.deepEqual(found, want);
  });
}
