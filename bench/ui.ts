/**
 * What the overview costs in Debian's Chromium: `node bench/ui.ts [hosts] [minutes]`
 *
 * Prints main-thread work per 1 Hz tick (script, style, layout and paint, from the browser's own counters), long tasks, growth of the
 * heap after garbage collection, bytes of the first load and the time until the map shows values. The cluster is the fake one, which
 * costs the machine little: the numbers are the page's.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type CDPSession, chromium } from 'playwright';
import { FakeAppliance } from '../ui/testing/fake-appliance.ts';

const [hosts = '200', minutes = '2'] = process.argv.slice(2);
const SETTLE_MS = 8_000;
const ASSETS = join(import.meta.dirname, '../ui/dist/assets');

interface Metrics {
  readonly TaskDuration: number;
  readonly ScriptDuration: number;
  readonly JSHeapUsedSize: number;
}

const server = new FakeAppliance(Number(hosts));
const url = await server.start();
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
});
try {
  for (const [name, bytes] of firstLoad())
    print(`${name}, gzipped`, `${(bytes / 1000).toFixed(1)} kB`);
  for (const path of ['/', '/host/n001']) await measure(path);
} finally {
  await browser.close();
  await server.close();
}

function firstLoad(): [name: string, bytes: number][] {
  return ['js', 'css'].map((kind) => {
    const files = readdirSync(ASSETS).filter((file) => file.endsWith(`.${kind}`));
    const bytes = files.map((file) => gzipSync(readFileSync(join(ASSETS, file))).length);
    return [kind === 'js' ? 'script' : 'style', bytes.reduce((sum, size) => sum + size, 0)];
  });
}

async function measure(path: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.addInitScript(
    'window.longTasks = []; new PerformanceObserver((list) => { for (const task of list.getEntries()) longTasks.push([task.startTime, task.duration]); }).observe({ type: "longtask", buffered: true });',
  );
  const startMs = performance.now();
  await page.goto(url + path);
  await page
    .locator('figure .legend li:not([hidden]) b')
    .filter({ hasText: /\d/ })
    .first()
    .waitFor();
  print(`${path}: first chart with values`, `${Math.round(performance.now() - startMs)} ms`);
  await page.waitForTimeout(SETTLE_MS);
  const settledAt = (await page.evaluate('performance.now()')) as number;
  const before = await heapBytes(session);
  const ticks: Metrics[] = [];
  for (let second = 0; second < Number(minutes) * 60; second++) {
    ticks.push(await readMetrics(session));
    await page.waitForTimeout(1_000);
  }
  const after = await heapBytes(session);
  const long = (await page.evaluate(
    `longTasks.filter(([start]) => start > ${settledAt}).map(([, duration]) => duration)`,
  )) as number[];
  const script = differences(ticks.map((tick) => tick.ScriptDuration * 1000));
  const all = differences(ticks.map((tick) => tick.TaskDuration * 1000));
  print(`${path}: script per tick`, quantiles(script));
  print(`${path}: all work per tick`, quantiles(all));
  print(
    `${path}: long tasks over 50 ms`,
    `${long.length}${long.length > 0 ? `, longest ${Math.max(...long)} ms` : ''}`,
  );
  print(
    `${path}: heap after ${minutes} min`,
    `${((after - before) / 1e6).toFixed(2)} MB more than ${(before / 1e6).toFixed(1)} MB`,
  );
  await page.close();
}

async function readMetrics(session: CDPSession): Promise<Metrics> {
  const { metrics } = await session.send('Performance.getMetrics');
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value])) as unknown as Metrics;
}

async function heapBytes(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  return (await readMetrics(session)).JSHeapUsedSize;
}

function differences(values: readonly number[]): number[] {
  return values.slice(1).map((value, index) => value - values[index]!);
}

function quantiles(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    `${(sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1)} ms`;
  return `median ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)}`;
}

function print(what: string, value: string): void {
  console.log(`${what.padEnd(42)} ${value}`);
}
