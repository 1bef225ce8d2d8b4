import { Labels } from '../labels.ts';
import { MemorySource } from '../memory-source.ts';

/** Gauges and counters with gaps, resets, special values and ends; the times never fall together with round ones. */
export function randomSource(seed: number): MemorySource {
  const source = new MemorySource();
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  for (const name of ['a', 'b', 'c_total', 'd_bucket']) {
    for (let i = 0; i < 4; i++) {
      const samples = [];
      let value = 0;
      for (let timeMs = 4000; timeMs < 900_000; timeMs += 15_000) {
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
