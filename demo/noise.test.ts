import assert from 'node:assert/strict';
import { test } from 'node:test';
import { happening, random, smoothNoise } from './noise.ts';

test('random numbers are even over [0, 1) and the same for the same seed', () => {
  const tenths = new Array<number>(10).fill(0);
  for (let index = 0; index < 10_000; index += 1) {
    const tenth = Math.floor(random(7, index) * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  assert.ok(Math.min(...tenths) > 850 && Math.max(...tenths) < 1150, String(tenths));
  assert.equal(random(7, 3), random(7, 3));
  assert.notEqual(random(7, 3), random(8, 3));
});

test('smooth noise moves little from one second to the next', () => {
  let largest = 0;
  for (let second = 0; second < 1000; second += 1) {
    const step = smoothNoise(3, second + 1, 60) - smoothNoise(3, second, 60);
    largest = Math.max(largest, Math.abs(step));
  }
  assert.ok(largest > 0 && largest < 1.5 / 60 + 0.001, String(largest));
});

test('something that happens with a chance happens in about that share of its slots', () => {
  const options = { slotSeconds: 100, chance: 0.3 };
  let slots = 0;
  for (let slot = 0; slot < 1000; slot += 1) {
    let during = 0;
    for (let second = 0; second < 100; second += 1) {
      if (happening(5, slot * 100 + second, options) !== undefined) during += 1;
    }
    if (during > 0) {
      slots += 1;
      assert.ok(during >= 19 && during <= 51, String(during));
    }
  }
  assert.ok(slots > 240 && slots < 360, String(slots));
});
