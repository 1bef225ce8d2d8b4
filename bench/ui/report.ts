/** Lines of the benchmarks of the page: what, the value, and the bound where there is one. */
import type { Load } from './chromium.ts';

export function print(what: string, value: string, bound = ''): void {
  console.log(`${what.padEnd(52)} ${value.padEnd(46)} ${bound}`.trimEnd());
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}

export function quantiles(values: readonly number[]): string {
  const at = (share: number) => quantile(values, share).toFixed(1);
  return `median ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)} ms`;
}

export function printLoad(name: string, load: Load, boundMs: number): void {
  const { script, all, longTasks, heapBytesBefore, heapBytesGrown } = load;
  print(`${name}: script per tick`, quantiles(script));
  print(`${name}: all work per tick`, quantiles(all), `p95 ≤ ${boundMs} ms`);
  const longest = longTasks.length > 0 ? `, longest ${Math.max(...longTasks)} ms` : '';
  print(`${name}: tasks over 50 ms`, `${longTasks.length}${longest}`, 'none');
  const [grown, before] = [heapBytesGrown / 1e6, heapBytesBefore / 1e6];
  print(
    `${name}: heap`,
    `${grown.toFixed(2)} MB more than ${before.toFixed(1)} MB`,
    '< 5 MB in 10 min',
  );
}
