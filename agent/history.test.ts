import assert from 'node:assert/strict';
import { test } from 'node:test';
import { History } from './history.ts';

const body = (tick: number, size: number) => Buffer.alloc(size, tick);

test('the last rows are kept, older ones are not', () => {
  const history = new History({ rows: 10, bytesMax: 1e6 });
  for (let tick = 0; tick < 25; tick += 1) history.add(tick, tick * 1000, body(tick, 40));
  assert.equal(history.timeOf(14), undefined);
  for (let tick = 15; tick < 25; tick += 1) {
    assert.equal(history.timeOf(tick), tick * 1000);
    assert.deepEqual(history.bodiesOf(tick), [body(tick, 40)]);
  }
  assert.equal(history.timeOf(25), undefined);
  assert.deepEqual([history.first, history.last], [15, 24]);
});

test('rows move over when bodies grow, several bodies of one tick among them', () => {
  const history = new History({ rows: 10, bytesMax: 1e6 });
  for (let tick = 0; tick < 30; tick += 1) {
    history.add(tick, tick, body(tick, 20 + tick * 3));
    history.add(tick, tick, body(tick + 100, 7));
  }
  for (let tick = 20; tick < 30; tick += 1) {
    assert.deepEqual(history.bodiesOf(tick), [body(tick, 20 + tick * 3), body(tick + 100, 7)]);
  }
});

test('large rows make the history shorter, not larger', () => {
  const history = new History({ rows: 900, bytesMax: 100_000 });
  for (let tick = 0; tick < 50; tick += 1) history.add(tick, tick, body(tick, 10_000));
  assert.ok(history.capacity > 0 && history.capacity < 10);
  assert.deepEqual(history.bodiesOf(49), [body(49, 10_000)]);
  history.add(50, 50, body(50, 200_000));
  assert.equal(history.timeOf(50), undefined, 'a row larger than everything is not kept');
  assert.equal(history.timeOf(49), 49);
});

test('ticks that were never sampled are not there', () => {
  const history = new History({ rows: 10, bytesMax: 1e6 });
  history.add(3, 3, body(3, 10));
  history.add(6, 6, body(6, 10));
  assert.deepEqual(
    [3, 4, 5, 6].map((tick) => history.timeOf(tick)),
    [3, undefined, undefined, 6],
  );
});

test('without rows nothing is kept', () => {
  const history = new History({ rows: 0, bytesMax: 1e6 });
  history.add(0, 0, body(0, 10));
  assert.equal(history.timeOf(0), undefined);
});
