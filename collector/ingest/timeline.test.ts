import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Timeline } from './timeline.ts';

const T = 1_800_000_000;

/** Arrivals as [tick, host's time, received], seconds after T with fractions, and the second expected. */
const cases: { name: string; arrivals: [number, number, number, second: number][] }[] = [
  {
    name: 'jitter of the network changes nothing',
    arrivals: [
      [0, 0, 0.02, 0],
      [1, 1, 1.9, 1],
      [2, 2, 2.0, 2],
      [3, 3, 3.4, 3],
    ],
  },
  {
    name: 'ticks that come late or out of order keep their second',
    arrivals: [
      [0, 0, 0.02, 0],
      [3, 3, 3.02, 3],
      [1, 1, 3.5, 1],
      [2, 2, 9, 2],
    ],
  },
  {
    name: 'a standstill of the collector does not move ticks',
    arrivals: [
      [0, 0, 0.02, 0],
      [1, 1, 30, 1],
      [2, 2, 30, 2],
      [30, 30, 30.02, 30],
    ],
  },
  {
    name: 'a host that slept goes on at the present second',
    arrivals: [
      [0, 0, 0.02, 0],
      [1, 1, 1.02, 1],
      [2, 41, 41.02, 41],
      [3, 42, 42.02, 42],
    ],
  },
  {
    name: 'a host that missed one second goes on at the present one',
    arrivals: [
      [0, 0, 0.02, 0],
      [1, 2, 2.02, 2],
    ],
  },
  {
    name: 'a clock that is set does not move the ticks',
    arrivals: [
      [0, 0, 0.02, 0],
      [1, 3601, 1.02, 1],
      [2, 3602, 2.02, 2],
    ],
  },
  {
    name: 'a wrong clock counts from the arrival',
    arrivals: [
      [0, -1e6, 0.02, 0],
      [1, -1e6 + 1, 1.02, 1],
    ],
  },
  {
    name: "the collector's clock is set back: the ticks follow",
    arrivals: [
      [0, 0, 0.02, 0],
      [1, 1, -599, -599],
      [2, 2, -598, -598],
    ],
  },
];

for (const { name, arrivals } of cases) {
  test(name, () => {
    const timeline = new Timeline();
    for (const [tick, hostS, receivedS, second] of arrivals) {
      const at = { tick, timeMs: (T + hostS) * 1000, receivedMs: (T + receivedS) * 1000 };
      assert.equal(timeline.arrive(at) - T, second, `tick ${tick}`);
    }
  });
}

test('a slow quartz: after hours each second still has one tick, near the collector’s time', () => {
  const timeline = new Timeline();
  const seen = new Set<number>();
  const slow = 1.0002;
  for (let tick = 0; tick < 20_000; tick += 1) {
    const receivedMs = (T + tick * slow) * 1000 + 20;
    const second = timeline.arrive({ tick, timeMs: (T + tick) * 1000, receivedMs });
    assert.ok(!seen.has(second), `second ${second - T} twice`);
    seen.add(second);
    assert.ok(Math.abs(second - receivedMs / 1000) < 3, `tick ${tick}`);
  }
});

test('the history of a time before a pause lies before the pause', () => {
  const timeline = new Timeline();
  timeline.arrive({ tick: 0, timeMs: T * 1000, receivedMs: T * 1000 });
  timeline.arrive({ tick: 10, timeMs: (T + 60) * 1000, receivedMs: (T + 60) * 1000 });
  assert.equal(timeline.recall(5, (T + 5) * 1000), T + 5);
  assert.equal(timeline.recall(9, (T + 59) * 1000), T + 59);
});
