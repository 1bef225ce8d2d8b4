import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ValueType } from './ast.ts';
import { DEFAULT_LIMITS } from './budget.ts';
import { evaluateInstant, evaluateRange, prepare, type QueryValue } from './engine.ts';
import { QueryError } from './errors.ts';
import { Labels } from './labels.ts';
import { MemorySource } from './memory-source.ts';
import { prettyPrint, print } from './print.ts';
import { SIGNATURES } from './signatures.ts';

const SEED = 20_241_114;
const LIMITS = { ...DEFAULT_LIMITS, slotsMax: 2_000_000, timeMsMax: 2000 };
const STEP_MS = 37_000;
const TIMES_MS = [600_000, 600_000 + STEP_MS, 600_000 + 2 * STEP_MS];

function fuzzSource(): MemorySource {
  const source = new MemorySource();
  let state = SEED;
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  for (const name of ['a', 'b', 'c_total', 'd_bucket']) {
    for (let i = 0; i < 4; i++) {
      const samples = [];
      let value = 0;
      for (let timeMs = 0; timeMs < 900_000; timeMs += 15_000) {
        value =
          name === 'c_total' || name === 'd_bucket' ? value + random() * 5 : random() * 100 - 50;
        if (random() < 0.02) value = 0;
        if (random() < 0.1) continue;
        const special = random() < 0.01 ? [Number.NaN, Number.POSITIVE_INFINITY][i % 2] : undefined;
        samples.push({ timeMs, value: special ?? value, isStale: random() < 0.02 });
      }
      source.add(
        Labels.from({
          __name__: name,
          x: `x${i % 2}`,
          y: `y${i}`,
          le: ['1', '5', '+Inf', 'odd'][i] as string,
        }),
        samples,
      );
    }
  }
  return source;
}

const source = fuzzSource();

/** Functions that fail on most texts, or whose result depends on the range of the query. */
const LEFT_OUT = new Set(['info', 'label_join', 'label_replace', 'sort', 'sort_desc']);

const { vector, any } = fc.letrec<Record<ValueType | 'any' | 'selector' | 'modified', string>>(
  (tie) => ({
    scalar: fc.oneof(
      { depthSize: 'small', maxDepth: 3 },
      fc.constantFrom('0', '1', '-2.5', '0.5', 'NaN', 'Inf', '1e3', '2m', 'time()', 'pi()'),
      fc
        .tuple(
          tie('scalar'),
          fc.constantFrom('+', '-', '*', '/', '%', '^', 'atan2', '< bool'),
          tie('scalar'),
        )
        .map((part) => `(${part.join(' ')})`),
      tie('vector').map((inner) => `scalar(${inner})`),
    ),
    string: fc.constantFrom('"x"', '"y"', '"z"', '"a\\n"'),
    selector: fc
      .tuple(
        fc.constantFrom('a', 'b', 'c_total', 'd_bucket', '{x=~"x."}', 'none'),
        fc.constantFrom('', '{x="x0"}', '{y!~"y[12]"}'),
      )
      .map(([name, matchers]) => (name.startsWith('{') ? name : name + matchers)),
    modified: fc
      .tuple(
        tie('selector'),
        fc.constantFrom('', '', ' offset 1m', ' offset -30s', ' @ 500', ' @ 500 offset 1m'),
      )
      .map((part) => part.join('')),
    matrix: fc.oneof(
      { depthSize: 'small', maxDepth: 3 },
      fc
        .tuple(
          tie('selector'),
          fc.constantFrom(
            '[1m]',
            '[5m]',
            '[150s] offset 30s',
            '[2m] @ 400',
            '[1m] anchored',
            '[2m] smoothed',
          ),
        )
        .map((part) => part.join('')),
      fc
        .tuple(tie('vector'), fc.constantFrom('[5m:1m]', '[2m:20s]', '[90s:7s] offset 1m'))
        .map(([inner, range]) => `(${inner})${range}`),
    ),
    vector: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      tie('modified'),
      fc
        .constantFrom(
          ...[...SIGNATURES].filter(
            ([name, signature]) => signature.returns === 'vector' && !LEFT_OUT.has(name),
          ),
        )
        .chain(([name, { args }]) =>
          fc.tuple(...args.map((type) => tie(type))).map((texts) => `${name}(${texts.join(', ')})`),
        ),
      fc
        .tuple(
          fc.constantFrom('sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar'),
          fc.constantFrom('', ' by (x)', ' without (y)', ' by (x, none)'),
          tie('vector'),
        )
        .map(([operation, grouping, inner]) => `${operation}${grouping} (${inner})`),
      fc
        .tuple(
          fc.constantFrom('topk', 'bottomk', 'quantile', 'limit_ratio'),
          fc.constantFrom('', ' by (x)', ' without (y)'),
          tie('scalar'),
          tie('vector'),
        )
        .map(
          ([operation, grouping, parameter, inner]) =>
            `${operation}${grouping} (${parameter}, ${inner})`,
        ),
      tie('selector').map((inner) => `limitk(2, ${inner})`), // of a computed vector it may take any
      tie('vector').map((inner) => `count_values("v", round(${inner}, 10))`),
      fc
        .tuple(
          tie('vector'),
          fc.constantFrom(
            '+',
            '-',
            '* on(y)',
            '/ ignoring(le)',
            '== bool',
            '> on(x, y)',
            'and',
            'or on(y)',
            'unless ignoring(y)',
            '+ on(x) group_left()',
            '% on(y) fill(0)',
            '<',
          ),
          tie('vector'),
        )
        .map((part) => `(${part.join(' ')})`),
      fc
        .tuple(
          tie('vector'),
          fc.constantFrom('+', '-', '*', '/', '%', '^', '>', '== bool'),
          tie('scalar'),
        )
        .map((part) => `(${part.join(' ')})`),
      tie('vector').map((inner) => `-(${inner})`),
      fc
        .tuple(tie('vector'), fc.constantFrom('$1', 'z', ''))
        .map(([inner, to]) => `label_replace(${inner}, "z", "${to}", "y", "y(.).*")`),
    ),
    any: fc.oneof(tie('vector'), tie('scalar'), tie('matrix'), tie('string')),
  }),
);

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
