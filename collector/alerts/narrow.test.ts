import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateInstant, prepare } from '../query/engine.ts';
import { parseSyntax } from '../query/parse.ts';
import { print } from '../query/print.ts';
import { narrowed } from './narrow.ts';
import { seriesOf } from './testing/series.ts';

const WANTED = { host: 'a', device: 'x' };

const source = seriesOf(
  Object.fromEntries(
    ['a', 'b'].flatMap((host, h) => [
      [`up{host="${host}"}`, `${h}+1x10`],
      [`info{host="${host}",team="t${h}"}`, '1+0x10'],
      ...['x', 'y'].flatMap((device, d) => [
        [`rx{host="${host}",device="${device}"}`, `${h + d}+${h + 2 * d + 1}x10`],
        [`tx{host="${host}",device="${device}"}`, `${h * d}+3x10`],
        [`bytes_bucket{host="${host}",device="${device}",le="1"}`, '0+1x10'],
        [`bytes_bucket{host="${host}",device="${device}",le="+Inf"}`, '0+2x10'],
      ]),
    ]),
  ),
);

/** What is read of each selector; the result of the wanted labels stays what it was, which is tested of every row. */
const cases: readonly { readonly expr: string; readonly want: string }[] = [
  { expr: 'rx', want: 'rx{device="x",host="a"}' },
  { expr: '-(rx{team=""} + 1)', want: '-(rx{device="x",host="a",team=""} + 1)' },
  { expr: 'rate(rx[5s] offset 1s)', want: 'rate(rx{device="x",host="a"}[5s] offset 1s)' },
  {
    expr: 'max_over_time(rate(rx[3s])[6s:1s])',
    want: 'max_over_time(rate(rx{device="x",host="a"}[3s])[6s:1s])',
  },
  {
    expr: 'clamp_max(rx, scalar(up{host="a"}))',
    want: 'clamp_max(rx{device="x",host="a"}, scalar(up{host="a"}))',
  },
  { expr: 'sum by (host) (rx)', want: 'sum by (host) (rx{host="a"})' },
  { expr: 'sum without (device) (rx)', want: 'sum without (device) (rx{host="a"})' },
  { expr: 'avg(rx)', want: 'avg(rx)' },
  { expr: 'topk(1, rx)', want: 'topk(1, rx)' },
  { expr: 'topk by (host) (1, rx)', want: 'topk by (host) (1, rx{host="a"})' },
  {
    expr: 'count_values without (device) ("host", rx)',
    want: 'count_values without (device) ("host", rx)',
  },
  {
    expr: 'label_replace(up, "device", "x", "host", ".*")',
    want: 'label_replace(up, "device", "x", "host", ".*")',
  },
  {
    expr: 'histogram_quantile(0.9, rate(bytes_bucket[5s]))',
    want: 'histogram_quantile(0.9, rate(bytes_bucket{device="x",host="a"}[5s]))',
  },
  { expr: 'absent(rx{host="z"})', want: 'absent(rx{host="z"})' },
  { expr: 'rx / tx', want: 'rx{device="x",host="a"} / tx{device="x",host="a"}' },
  {
    expr: 'rx > on (host) group_left () up',
    want: 'rx{device="x",host="a"} > on (host) group_left () up{host="a"}',
  },
  {
    expr: 'up * on (host) group_right () rx',
    want: 'up{host="a"} * on (host) group_right () rx{device="x",host="a"}',
  },
  {
    expr: 'up * on (host) group_left (team) info',
    want: 'up{device="x",host="a"} * on (host) group_left (team) info{host="a"}',
  },
  {
    expr: 'up * on (host) group_left (device) tx{device="x"}',
    want: 'up{host="a"} * on (host) group_left (device) tx{device="x",host="a"}',
  },
  {
    expr: 'rx - on () group_left () avg(rx)',
    want: 'rx{device="x",host="a"} - on () group_left () avg(rx)',
  },
  {
    expr: 'rx and on (host) up > 0',
    want: 'rx{device="x",host="a"} and on (host) up{host="a"} > 0',
  },
  {
    expr: 'rx unless ignoring (device) up',
    want: 'rx{device="x",host="a"} unless ignoring (device) up{host="a"}',
  },
  {
    expr: 'up or on (host) rx',
    want: 'up{host="a"} or on (host) rx{device="x",host="a"}',
  },
];

for (const { expr, want } of cases) {
  test(`${expr}: only what makes the wanted elements is read`, () => {
    const less = print(narrowed(parseSyntax(expr), WANTED));
    assert.equal(less, print(parseSyntax(want)));
    for (const labels of [WANTED, { host: 'a' }, { host: 'b' }, { device: 'y' }]) {
      const found = wantedOf(print(narrowed(parseSyntax(expr), labels)), labels);
      assert.deepEqual(found, wantedOf(expr, labels));
    }
  });
}

/** The elements of a result that have these labels. */
function wantedOf(expr: string, wanted: Readonly<Record<string, string>>): readonly string[] {
  const { value } = evaluateInstant(prepare(expr), { source, timeMs: 9000 });
  assert.equal(value.type, 'vector');
  return value.type === 'vector'
    ? value.samples
        .filter(({ labels }) =>
          Object.entries(wanted).every(([name, text]) => labels.get(name) === text),
        )
        .map((sample) => `${sample.labels} ${sample.value}`)
        .sort()
    : [];
}
