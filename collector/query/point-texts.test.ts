import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { MatrixSeries } from './engine.ts';
import { Labels } from './labels.ts';
import { PointTexts } from './point-texts.ts';
import { pointsJson } from './points-json.ts';

const START_MS = 1_767_225_600_000;

/** A series with a value at the steps that `isKnown` names. */
function seriesOf(
  value: (timeMs: number) => number,
  { fromMs, count, stepMs }: { fromMs: number; count: number; stepMs: number },
  isKnown: (step: number) => boolean = () => true,
): MatrixSeries {
  const steps = Array.from({ length: count }, (_, step) => step).filter(isKnown);
  const timesMs = Float64Array.from(steps, (step) => fromMs + step * stepMs);
  return { labels: Labels.from({ node: 'a' }), timesMs, values: timesMs.map(value) };
}

test('as time goes on, texts are those that are written anew', () => {
  const step = fc.constantFrom(1, 999, 1000, 15_000);
  const asked = fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 400 }), fc.nat(50));
  const law = fc.property(step, fc.nat(100_000), fc.array(asked), (stepMs, phaseMs, requests) => {
    const texts = new PointTexts(stepMs);
    for (const [first, count, open] of requests) {
      const fromMs = START_MS + phaseMs + first * stepMs;
      const lastMs = fromMs + (count - 1 - open) * stepMs;
      // What is not final has another value in each request.
      const value = (timeMs: number) =>
        timeMs <= lastMs ? Math.sin(timeMs) : first * 1000 + count + timeMs;
      const series = seriesOf(value, { fromMs, count, stepMs }, (at) => (first + at) % 7 > 1);
      assert.equal(
        texts.json(series, { firstMs: fromMs, lastMs }),
        pointsJson(series, 0, series.values.length),
      );
    }
  });
  fc.assert(law);
});

test('what is final is written once', () => {
  const texts = new PointTexts(1000);
  const range = { fromMs: START_MS, count: 300, stepMs: 1000 };
  const final = { firstMs: START_MS, lastMs: START_MS + 299_000 };
  const first = texts.json(
    seriesOf(() => 1, range),
    final,
  );
  const again = texts.json(
    seriesOf(() => 2, range),
    final,
  );
  const ones = (text: string) => text.split('"1"').length - 1;
  assert.equal(ones(first), 300);
  assert.ok(ones(again) >= 300 - 2 * 64, `${ones(again)} points of before`);
});

test('another series has texts of its own', () => {
  const texts = new PointTexts(1000);
  const range = { fromMs: START_MS, count: 300, stepMs: 1000 };
  const final = { firstMs: START_MS, lastMs: START_MS + 299_000 };
  texts.json(
    seriesOf(() => 1, range),
    final,
  );
  const other = { ...seriesOf(() => 2, range), labels: Labels.from({ node: 'b' }) };
  assert.doesNotMatch(texts.json(other, final), /"1"/);
});
