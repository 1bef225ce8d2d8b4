import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DEFAULT_LIMITS } from './budget.ts';
import { evaluateInstant, evaluateRange, prepare, type QueryValue } from './engine.ts';
import { QueryError } from './errors.ts';
import { prettyPrint, print } from './print.ts';
import { any, vector } from './testing/random-queries.ts';
import { randomSource } from './testing/random-source.ts';

const SEED = 20_241_114;
const LIMITS = { ...DEFAULT_LIMITS, slotsMax: 2_000_000, timeMsMax: 2000 };
const STEP_MS = 37_000;
const TIMES_MS = [600_000, 600_000 + STEP_MS, 600_000 + 2 * STEP_MS];

const source = randomSource(SEED);

test('any run of tokens gives a query or an error with its position', () => {
  const token = fc.oneof(
    fc.constantFrom(
      ...'a sum rate by ( ) { } [ ] , : + - == =~ != " \' ` \\ 5m 1 0x 1e 2. @ offset on group_left bool fill start() step() # \n and or é 😀 \u0000 __name__ anchored'.split(
        ' ',
      ),
    ),
    fc.string({ maxLength: 5 }),
    any,
  );
  const text = fc.array(token, { maxLength: 12 }).map((tokens) => tokens.join(' '));
  fc.assert(
    fc.property(text, (query) => {
      try {
        const canonical = print(prepare(query).expr);
        assert.equal(print(prepare(canonical).expr), canonical);
      } catch (error) {
        if (!(error instanceof QueryError)) throw error;
        assert.equal(error.code, 'query-parse', error.message);
        assert.match(error.message, /^\d+:\d+: parse error: ./);
        assert.ok(error.span && error.span.from >= 0 && error.span.from <= query.length);
      }
    }),
    { seed: SEED, numRuns: 3000 },
  );
});

test('canonical and laid-out texts parse to the same', () => {
  fc.assert(
    fc.property(any, (query) => {
      const canonical = print(prepare(query).expr);
      assert.equal(print(prepare(canonical).expr), canonical);
      assert.equal(print(prepare(prettyPrint(prepare(query).expr)).expr), canonical);
    }),
    { seed: SEED, numRuns: 1500 },
  );
});

test('a range query has at each of its times what an instant query has', () => {
  fc.assert(
    fc.property(vector, (query) => {
      const prepared = prepare(query);
      const whole = attempt(() =>
        evaluateRange(prepared, {
          source,
          limits: LIMITS,
          startMs: TIMES_MS[0] as number,
          endMs: TIMES_MS[2] as number,
          stepMs: STEP_MS,
        }),
      );
      if (!whole) return;
      for (const timeMs of TIMES_MS) {
        const single = attempt(() => evaluateInstant(prepared, { source, limits: LIMITS, timeMs }));
        assert.ok(single, 'the instant query failed');
        assertSame(samplesAt(whole, timeMs), samplesAt(single, timeMs));
      }
    }),
    { seed: SEED, numRuns: 1500 },
  );
});

/** undefined when the query was refused, as it may be. */
function attempt(evaluate: () => { readonly value: QueryValue }): QueryValue | undefined {
  try {
    return evaluate().value;
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    assert.match(error.code, /^query-(execution|limit|timeout)$/);
    assert.ok(error.message.length > 0);
    return undefined;
  }
}

function samplesAt(value: QueryValue, timeMs: number): Map<string, number> {
  if (value.type === 'vector')
    return new Map(value.samples.map((sample) => [sample.labels.toString(), sample.value]));
  assert.ok(value.type === 'matrix');
  const found = new Map<string, number>();
  for (const { labels, timesMs, values } of value.series) {
    const index = timesMs.indexOf(timeMs);
    if (index >= 0) found.set(labels.toString(), values[index] as number);
  }
  return found;
}

function assertSame(actual: Map<string, number>, expected: Map<string, number>): void {
  assert.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort());
  for (const [labels, value] of expected) {
    const other = actual.get(labels) as number;
    const tolerance = 1e-9 * Math.max(1, Math.abs(value));
    assert.ok(
      Object.is(value, other) || value === other || Math.abs(value - other) <= tolerance,
      `${labels}: ${other} in the range query, ${value} in the instant query`,
    );
  }
}
