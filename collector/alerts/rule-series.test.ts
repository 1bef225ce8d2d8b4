import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Labels } from '../query/labels.ts';
import { Matcher } from '../query/matcher.ts';
import { RuleSeries } from './rule-series.ts';

const HOUR_MS = 3_600_000;
const RETENTION = { keepMs: HOUR_MS, sameValueEveryMs: 15_000 };
const NAME = [new Matcher('__name__', '=', 'ALERTS')];
const ALL = { stepMs: 0, rangeMs: HOUR_MS, operation: '' };

function labels(host: string): Labels {
  return Labels.from({ __name__: 'ALERTS', host });
}

/** Seconds of the samples that are kept, and their values; `end` where the series ended. */
function kept(series: RuleSeries): string[] {
  const found = series.select(NAME, { ...ALL, afterMs: -1, untilMs: Number.MAX_SAFE_INTEGER });
  return found.map(({ timesMs, values, stale }) =>
    [...timesMs]
      .map((timeMs, at) => `${timeMs / 1000}:${stale?.[at] ? 'end' : values[at]}`)
      .join(' '),
  );
}

test('of a value that stays the same some samples are kept and the newest, every change is', () => {
  const series = new RuleSeries(RETENTION);
  for (let second = 0; second <= 40; second += 1) {
    series.append({ labels: labels('a'), value: second < 35 ? 1 : 2 }, second * 1000);
  }
  assert.deepEqual(kept(series), ['0:1 14:1 28:1 34:1 35:2 40:2']);
  series.end(labels('a'), 41_000);
  series.append({ labels: labels('a'), value: 2 }, 42_000);
  assert.deepEqual(kept(series), ['0:1 14:1 28:1 34:1 35:2 40:2 41:end 42:2']);
});

test('everything is kept unless told', () => {
  const series = new RuleSeries();
  for (let second = 0; second < 5; second += 1) {
    series.append({ labels: labels('a'), value: 1 }, second * 1000);
  }
  assert.deepEqual(kept(series), ['0:1 1:1 2:1 3:1 4:1']);
});

test('series that ended longer ago than samples are kept are forgotten', () => {
  const series = new RuleSeries(RETENTION);
  series.append({ labels: labels('gone'), value: 1 }, 0);
  series.end(labels('gone'), 1000);
  for (let second = 0; second <= 2 * 3600; second += 60) {
    series.append({ labels: labels('there'), value: 1 }, second * 1000);
  }
  const range = { startMs: 0, endMs: 2 * HOUR_MS };
  assert.deepEqual(series.series(NAME, range).map(String), ['ALERTS{host="there"}']);
  assert.equal(series.plan(NAME, { ...ALL, afterMs: 0, untilMs: HOUR_MS }).series, 1);
});

test('samples of before the clock was set back are forgotten where newer ones come', () => {
  const series = new RuleSeries(RETENTION);
  for (const second of [100, 101, 102, 50, 51]) {
    series.append({ labels: labels('a'), value: second }, second * 1000);
  }
  assert.deepEqual(kept(series), ['50:50 51:51']);
});
