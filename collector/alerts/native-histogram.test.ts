import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../base/errors.ts';
import { formatNativeHistogram, parseNativeHistogram, storedHint } from './native-histogram.ts';
import { parseSeriesValues } from './series-notation.ts';

/** What promtool 3.5 shows of the same text. */
const texts = [
  {
    text: '{{schema:1 sum:-0.3 count:32.1 z_bucket:7.1 z_bucket_w:0.05 buckets:[5.1 10 7] offset:-3 n_buckets:[4.1 5] n_offset:-5}}',
    want: '{{schema:1 count:32.1 sum:-0.3 z_bucket:7.1 z_bucket_w:0.05 offset:-3 buckets:[5.1 10 7] n_offset:-5 n_buckets:[4.1 5]}}',
  },
  { text: '{{ buckets:[0 0 2 0 1 0] }}', want: '{{offset:2 buckets:[2 0 1]}}' },
  { text: '{{counter_reset_hint:gauge}}', want: '{{counter_reset_hint:gauge}}' },
];

for (const { text, want } of texts) {
  test(`reads ${text}`, () =>
    assert.equal(formatNativeHistogram(parseNativeHistogram(text)), want));
}

for (const text of [
  '{{',
  '{{buckets}}',
  '{{bucket:1}}',
  '{{sum:1 sum:2}}',
  '{{sum:x}}',
  '{{sum:[1 2]}}',
  '{{counter_reset_hint:maybe}}',
]) {
  test(`refuses ${text}`, () => assert.throws(() => parseNativeHistogram(text), InputError));
}

test('a series adds its step by bucket', () => {
  const values = parseSeriesValues(
    '{{count:2 buckets:[2]}}+{{count:3 offset:-1 buckets:[1 2]}}x2 _',
  );
  const shown = values.map((one) => (typeof one === 'object' ? formatNativeHistogram(one) : one));
  assert.deepEqual(shown, [
    '{{count:2 buckets:[2]}}',
    '{{count:5 offset:-1 buckets:[1 4]}}',
    '{{count:8 offset:-1 buckets:[2 6]}}',
    undefined,
  ]);
});

test('a stored histogram says whether its counters were reset', () => {
  const [low, high] = [parseNativeHistogram('{{count:1}}'), parseNativeHistogram('{{count:2}}')];
  assert.equal(storedHint(undefined, low), 'unknown');
  assert.equal(storedHint(low, high), 'not_reset');
  assert.equal(storedHint(high, low), 'reset');
  assert.equal(storedHint(high, { ...low, hint: 'gauge' }), 'gauge');
});
