import assert from 'node:assert/strict';
import test from 'node:test';
import { HostHistory } from './host-history.ts';

const HOSTS = ['a', 'b'];
const _ = Number.NaN;

function read(history: HostHistory, host: string): number[] {
  return [...history.read(host, new Float32Array(history.seconds))];
}

test('rows come out oldest first, left-out seconds unknown', () => {
  const history = new HostHistory(5);
  history.append(101, HOSTS, [1, 10]);
  history.append(102, HOSTS, [2, 20]);
  history.append(104, HOSTS, [4, _]);
  assert.deepEqual(read(history, 'a'), [_, 1, 2, _, 4]);
  assert.deepEqual(read(history, 'b'), [_, 10, 20, _, _]);
  assert.deepEqual(read(history, 'c'), [_, _, _, _, _]);
});

test('the ring forgets, repeats and late rows change nothing, a long pause empties it', () => {
  const history = new HostHistory(3);
  for (let second = 10; second < 20; second++) history.append(second, HOSTS, [second, 0]);
  history.append(19, HOSTS, [99, 0]);
  history.append(15, HOSTS, [99, 0]);
  assert.deepEqual(read(history, 'a'), [17, 18, 19]);
  history.append(1_000, HOSTS, [5, 0]);
  assert.deepEqual(read(history, 'a'), [_, _, 5]);
});

test('a new list of hosts keeps the rows of those that stay', () => {
  const history = new HostHistory(2);
  history.append(1, HOSTS, [1, 10]);
  history.append(2, ['c', 'b'], [7, 20]);
  assert.deepEqual(read(history, 'b'), [10, 20]);
  assert.deepEqual(read(history, 'c'), [_, 7]);
  assert.deepEqual(read(history, 'a'), [_, _]);
});

test('the archive fills only what the stream has not told', () => {
  const history = new HostHistory(6);
  history.append(110, HOSTS, [50, 0]);
  history.fill('a', 104, 2, [1, 2, null, 9]);
  assert.deepEqual(read(history, 'a'), [1, 2, 2, _, _, 50]);
  history.fill('nobody', 104, 2, [1]);
});
