import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runScript } from './script-run.ts';

const FOLDER = new URL('testdata/', import.meta.url);

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.test'))) {
  test(`script ${file}`, () => {
    const results = runScript(readFileSync(new URL(file, FOLDER), 'utf8'));
    const bad = results.filter(({ verdict }) => verdict !== 'passed');
    assert.deepEqual(bad, []);
    assert.ok(results.length > 0);
  });
}

const LOADED = 'load 1m\n  m{a="x"} 1 2 3\n  m{a="y"} 4 5 stale\n\n';

/** What a statement must be judged as, and what the reason must say. */
const JUDGED: readonly { name: string; statement: string; verdict: string; reason?: RegExp }[] = [
  {
    name: 'a right vector',
    statement: 'eval instant at 1m m\n  m{a="x"} 2\n  m{a="y"} 5',
    verdict: 'passed',
  },
  {
    name: 'a wrong value',
    statement: 'eval instant at 1m m{a="x"}\n  m{a="x"} 2.1',
    verdict: 'failed',
    reason: /expected m\{a="x"\} 2.1, got 2/,
  },
  {
    name: 'a missing series',
    statement: 'eval instant at 2m m\n  m{a="x"} 3\n  m{a="y"} 5',
    verdict: 'failed',
    reason: /m\{a="y"\} is missing/,
  },
  {
    name: 'a surplus series',
    statement: 'eval instant at 1m m\n  m{a="x"} 2',
    verdict: 'failed',
    reason: /unexpected m\{a="y"\} 5/,
  },
  {
    name: 'a wrong order',
    statement: 'eval instant at 1m sort(m)\n  expect ordered\n  m{a="y"} 5\n  m{a="x"} 2',
    verdict: 'failed',
    reason: /position/,
  },
  {
    name: 'a wrong scalar',
    statement: 'eval instant at 1m 1 + 1\n  3',
    verdict: 'failed',
    reason: /expected 3, got 2/,
  },
  {
    name: 'a wrong string',
    statement: 'eval instant at 1m "a"\n  expect string "b"',
    verdict: 'failed',
    reason: /unexpected string/,
  },
  {
    name: 'a right matrix',
    statement: 'eval range from 0 to 2m step 1m m{a="y"}\n  m{a="y"} 4 5 _',
    verdict: 'passed',
  },
  {
    name: 'a wrong matrix',
    statement: 'eval range from 0 to 2m step 1m m{a="y"}\n  m{a="y"} 4 5 6',
    verdict: 'failed',
    reason: /6@120000/,
  },
  {
    name: 'an error that was expected',
    statement: 'eval instant at 1m m + on() m\n  expect fail regex: duplicate series',
    verdict: 'passed',
  },
  {
    name: 'another error than expected',
    statement: 'eval instant at 1m m + on() m\n  expect fail msg: nonsense',
    verdict: 'failed',
    reason: /another error/,
  },
  {
    name: 'no error where one was expected',
    statement: 'eval instant at 1m m\n  expect fail',
    verdict: 'failed',
    reason: /gave a result/,
  },
  {
    name: 'an error where none was expected',
    statement: 'eval instant at 1m m + on() m',
    verdict: 'failed',
    reason: /duplicate series/,
  },
  {
    name: 'no annotation where one was expected',
    statement: 'eval instant at 1m m\n  expect info\n  m{a="x"} 2\n  m{a="y"} 5',
    verdict: 'failed',
    reason: /info is missing/,
  },
  {
    name: 'an annotation that must not be',
    statement:
      'eval instant at 2m rate(m{a="x"}[2m])\n  expect no_info\n  {a="x"} 0.016666666666666666',
    verdict: 'failed',
    reason: /unexpected info/,
  },
  {
    name: 'the old forms',
    statement: 'eval_fail instant at 1m m + on() m\n  expected_fail_regexp many-to-many',
    verdict: 'passed',
  },
  {
    name: 'a native histogram that is expected',
    statement: 'eval instant at 1m m\n  m{a="x"} {{schema:0 sum:1 count:1}}',
    verdict: 'unsupported',
  },
];

for (const { name, statement, verdict, reason } of JUDGED) {
  test(`a statement is judged: ${name}`, () => {
    const [result] = runScript(LOADED + statement);
    assert.equal(result?.verdict, verdict, result?.reason);
    if (reason) assert.match(result?.reason ?? '', reason);
  });
}

test('a query that reads native histograms is unsupported, its classic buckets are not', () => {
  const results = runScript(`load_with_nhcb 1m
  h_bucket{le="1"} 1 2
  h_bucket{le="+Inf"} 2 4

eval instant at 1m histogram_quantile(0.5, h)
  {} 1

eval instant at 1m histogram_quantile(0.5, h_bucket)
  {} 1
`);
  assert.deepEqual(
    results.map(({ verdict }) => verdict),
    ['unsupported', 'passed'],
  );
});

for (const [text, message] of [
  ['load 1x\n  m 1', /line 1: bad duration "1x"/],
  ['frob', /line 1: unknown command "frob"/],
  ['load 1m\n  m{a=} 1', /line 2: bad series/],
  ['eval instant at 1m m\n  m{a="b"} 1 frob', /line 2: bad expectation/],
  ['eval instant at 1m m\n  expect fail regex:(', /line 2: error parsing regexp/],
  ['eval sometimes m', /line 1: expected eval instant/],
] as const) {
  test(`a command with a fault fails with its line, and the script goes on: ${JSON.stringify(text)}`, () => {
    const [fault, next, ...more] = runScript(`${text}\n\neval instant at 1m 1 + 1\n  2`);
    assert.equal(fault?.verdict, 'failed');
    assert.match(fault.reason ?? '', message);
    assert.equal(next?.verdict, 'passed');
    assert.deepEqual(more, []);
  });
}
