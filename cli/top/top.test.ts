import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostState, HostSummary } from '../../wire/http.ts';
import { ClusterView, type HostRow, sorted } from './cluster-view.ts';
import { formatBytes, METRICS } from './columns.ts';
import { Screen } from './screen.ts';
import { tableLines } from './table.ts';

function summary(name: string, state: HostState): HostSummary {
  return {
    id: name,
    number: 1,
    name,
    state,
    address: '',
    labels: {},
    firstSeenMs: 0,
    lastSeenMs: 0,
    clockOffsetMs: 0,
    seriesCount: 0,
  };
}

/** A frame in which every host has the same values. */
function frame(hostCount: number, values: Readonly<Record<string, number>>): Float64Array {
  const cells = METRICS.flatMap((metric) =>
    new Array<number>(hostCount).fill(values[metric] ?? Number.NaN),
  );
  return Float64Array.of(1, 1000, ...cells);
}

test('a frame becomes one row per host, with what is derived from its metrics', () => {
  const view = new ClusterView();
  view.tell({ kind: 'hosts', hosts: [summary('a', 'up'), summary('b', 'stopped')] });
  view.tell({ kind: 'layout', id: 1, hosts: ['a', 'b'] });
  const values = { load_one: 1.5, cpu_idle: 25, mem_total: 200, mem_available: 50, bytes_in: 7 };
  assert.ok(view.setFrame(frame(2, values)));
  const rows = view.rows();
  assert.deepEqual(rows[0], { name: 'a', state: 'up', values: [1.5, 75, 75, 7, Number.NaN] });
  assert.equal(rows[1]?.state, 'stopped');
  assert.equal(view.timeMs, 1000);
});

test('a frame of another layout is left alone', () => {
  const view = new ClusterView();
  view.tell({ kind: 'layout', id: 1, hosts: ['a'] });
  assert.equal(view.setFrame(frame(2, {})), false);
});

const rows: readonly HostRow[] = [
  { name: 'b', state: 'up', values: [1] },
  { name: 'a', state: 'up', values: [3] },
  { name: 'd', state: 'down', values: [Number.NaN] },
  { name: 'c', state: 'stopped', values: [3] },
];
const orders = [
  { by: 'name', isReversed: false, expected: 'abcd' },
  { by: 'name', isReversed: true, expected: 'dcba' },
  { by: 'load', isReversed: false, expected: 'acbd' },
  { by: 'load', isReversed: true, expected: 'bacd' },
  { by: 'state', isReversed: false, expected: 'dcab' },
];
for (const { by, isReversed, expected } of orders) {
  test(`sorted by ${by}${isReversed ? ', reversed' : ''}`, () => {
    const names = sorted(rows, { by, isReversed }).map(({ name }) => name);
    assert.equal(names.join(''), expected);
  });
}

test('a name cannot send control sequences to the terminal', () => {
  const [, line] = tableLines([{ name: 'x\u001b[2J\u0007', state: 'up', values: [] }], {
    columns: 100,
    order: { by: 'load', isReversed: false },
    isStyled: false,
  });
  assert.match(line ?? '', /^x\?\[2J\?/);
});

const sizes = [
  { bytes: 0, text: '0' },
  { bytes: 999, text: '999' },
  { bytes: 1000, text: '1.0K' },
  { bytes: 99_949, text: '99.9K' },
  { bytes: 99_950, text: '100K' },
  { bytes: 999_600, text: '1.0M' },
  { bytes: 1.25e9, text: '1.3G' },
];
for (const { bytes, text } of sizes) {
  test(`${bytes} bytes are shown as ${text}`, () => assert.equal(formatBytes(bytes), text));
}

test('only lines that are different are drawn again', () => {
  const written: string[] = [];
  const write = (text: unknown) => {
    written.push(String(text));
    return true;
  };
  const screen = new Screen({ write, rows: 3 });
  screen.draw(['one', 'two', 'three', 'does not fit']);
  written.length = 0;
  screen.draw(['one', 'TWO', 'three']);
  assert.equal(written.length, 1);
  assert.match(written[0] ?? '', /\[2;1HTWO/);
  assert.doesNotMatch(written[0] ?? '', /one|three/);
  screen.draw(['one', 'TWO', 'three']);
  assert.equal(written.length, 1);
});
