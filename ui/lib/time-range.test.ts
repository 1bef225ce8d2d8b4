import assert from 'node:assert/strict';
import test from 'node:test';
import {
  DEFAULT_RANGE,
  durationText,
  fixedRange,
  PRESETS,
  panned,
  parseDuration,
  parseRange,
  rangeOf,
  rangeParams,
  type TimeRange,
  zoomed,
} from './time-range.ts';

const NOW = 1_800_000_000;

const queries: readonly [name: string, query: string, range: TimeRange][] = [
  ['nothing', '', DEFAULT_RANGE],
  ['a preset', 'range=1h', { kind: 'live', seconds: 3_600 }],
  ['nonsense', 'range=soon', DEFAULT_RANGE],
  ['too short', 'range=1s', { kind: 'live', seconds: 10 }],
  ['a window', 'from=1000&to=2000', { kind: 'fixed', fromS: 1_000, toS: 2_000 }],
  ['a window backwards', 'from=2000&to=1000', DEFAULT_RANGE],
  ['half a window', 'from=2000', DEFAULT_RANGE],
  ['a window of text', 'from=a&to=b', DEFAULT_RANGE],
  ['a window of half a second', 'from=1000&to=1000.5', { kind: 'fixed', fromS: 995, toS: 1_005 }],
];
for (const [name, query, range] of queries) {
  test(`${name} in the URL`, () => {
    assert.deepEqual(parseRange(new URLSearchParams(query)), range);
  });
}

test('every preset reads back', () => {
  for (const { text, seconds } of PRESETS) {
    assert.equal(parseDuration(text), seconds);
    assert.equal(durationText(seconds), text);
  }
});

test('a range written to the URL reads back', () => {
  for (const range of [DEFAULT_RANGE, fixedRange(NOW - 50, NOW)] as const) {
    assert.deepEqual(parseRange(new URLSearchParams({ ...rangeParams(range) })), range);
  }
});

test('panning moves by a share of the window and stops at now', () => {
  const live: TimeRange = { kind: 'live', seconds: 100 };
  assert.deepEqual(panned(live, -0.5, NOW), { kind: 'fixed', fromS: NOW - 150, toS: NOW - 50 });
  assert.deepEqual(panned(live, 1, NOW), { kind: 'fixed', fromS: NOW - 100, toS: NOW });
});

test('zooming keeps the instant under the pointer', () => {
  const range: TimeRange = { kind: 'fixed', fromS: NOW - 1_000, toS: NOW };
  assert.deepEqual(zoomed(range, 0.5, NOW - 1_000, NOW), {
    kind: 'fixed',
    fromS: NOW - 1_000,
    toS: NOW - 500,
  });
});

test('a window that reaches now follows the clock, one before it stands still', () => {
  assert.deepEqual(rangeOf({ fromS: NOW - 100, toS: NOW - 1 }, NOW), {
    kind: 'live',
    seconds: 100,
  });
  assert.deepEqual(rangeOf({ fromS: NOW - 900, toS: NOW + 60 }, NOW), {
    kind: 'live',
    seconds: 900,
  });
  assert.deepEqual(rangeOf({ fromS: NOW - 100, toS: NOW - 50 }, NOW), {
    kind: 'fixed',
    fromS: NOW - 100,
    toS: NOW - 50,
  });
});
