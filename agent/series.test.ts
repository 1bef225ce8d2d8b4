import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeriesTable, SourceTable } from './series.ts';

const spec = (name: string, type: 'float' | 'uint' = 'float') => ({
  name,
  type,
  group: 'g',
  title: 't',
});

test('a series keeps its index while others come and go', () => {
  const table = new SeriesTable();
  const source = new SourceTable(table);
  const [a, b] = [source.add(spec('a')), source.add(spec('b'))];
  source.remove(a);
  table.settle(1);
  assert.equal(source.add(spec('c')), 2);
  assert.equal(source.add(spec('a')), a, 'back at its own place');
  assert.equal(b, 1);
});

test('the place of a series is reused only when no row of the history knows it any more', () => {
  const table = new SeriesTable();
  const source = new SourceTable(table);
  const gone = source.add(spec('gone'));
  source.numbers[gone] = 5;
  source.remove(gone);
  table.settle(900);
  assert.equal(source.add(spec('early')), 1);
  table.settle(1001);
  assert.equal(source.add(spec('late')), gone);
  assert.ok(Number.isNaN(source.numbers[gone]), 'the value of the old series does not show');
});

test('the schema number changes once for all changes of a tick, and only then', () => {
  const table = new SeriesTable();
  const source = new SourceTable(table);
  for (let index = 0; index < 200; index += 1) source.add(spec(`m${index}`));
  table.settle(0);
  const first = table.schema;
  source.add(spec('m7'));
  table.settle(1);
  assert.equal(table.schema, first);
  source.add(spec('new'));
  table.settle(2);
  assert.equal(table.schema, first + 1);
  assert.equal(table.types.length, 201);
});

test('a series has one owner and one type', () => {
  const table = new SeriesTable();
  const [mine, other] = [new SourceTable(table), new SourceTable(table)];
  mine.add(spec('load'));
  assert.throws(() => other.add(spec('load')), { code: 'metric-taken' });
  assert.throws(() => mine.add(spec('load', 'uint')), { code: 'metric-type' });
});

test('series that come and go for ever do not make the table grow for ever', () => {
  const table = new SeriesTable();
  const source = new SourceTable(table);
  for (let tick = 0; tick < 5000; tick += 1) {
    source.remove(source.add(spec(`tun${tick}`)));
    table.settle(tick);
  }
  assert.ok(table.metrics.length < 1100, `${table.metrics.length} series`);
});
