/**
 * The same view in the ways of others, in the same browser: Netdata's own dashboard of one host (Debian's netdata-web), and a dashboard
 * of 24 panels that asks one PromQL query per panel each second, as Grafana's do.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { startProcess, waitFor } from '../../e2e/harness/process.ts';
import { startDemo } from './appliance.ts';
import { type Load, MeasuredPage } from './chromium.ts';
import { print, quantile, quantiles } from './report.ts';

const NETDATA_PORT = 19_977;
const SETTLE_MS = 20_000;
const START_MS_MAX = 60_000;

export async function peers(browser: Browser, minutes: number): Promise<void> {
  const appliance = await startDemo(200);
  try {
    const ours = await hostPage(browser, `${appliance.url}/host/n043`, minutes);
    printWork('clustermon, page of one host', ours);
    await perPanel(browser, appliance, minutes);
  } finally {
    await appliance.close();
  }
  printWork('Netdata, page of one host', await netdata(browser, minutes));
}

/** @returns the work of a page that shows one host */
async function hostPage(browser: Browser, url: string, minutes: number): Promise<Load> {
  const measured = await MeasuredPage.open(browser);
  await measured.page.goto(url);
  await measured.page.waitForTimeout(SETTLE_MS);
  const load = await measured.measure(minutes * 60);
  await measured.close();
  return load;
}

const PANELS = 24;
const METRICS = 'cpu_user cpu_system cpu_wio load_one mem_available bytes_in bytes_out'.split(' ');

/** The panels of the classic dashboard: a query each, the last 15 minutes, all again at every refresh; nothing is drawn. */
async function perPanel(
  browser: Browser,
  appliance: Awaited<ReturnType<typeof startDemo>>,
  minutes: number,
): Promise<void> {
  const measured = await MeasuredPage.open(browser);
  await measured.page.goto(`${appliance.url}/favicon.svg`);
  const cpuBefore = appliance.collectorSeconds();
  const results = await measured.evaluate<{ tookMs: number[]; bytes: number; seconds: number }>(`
    (async () => {
      const metrics = ${JSON.stringify(METRICS)};
      const tookMs = [];
      let bytes = 0;
      const start = performance.now();
      while (performance.now() - start < ${minutes * 60_000}) {
        const began = performance.now();
        const now = Math.floor(Date.now() / 1000);
        await Promise.all(Array.from({ length: ${PANELS} }, async (_, panel) => {
          const query = metrics[panel % metrics.length] + '{host="n0' + (10 + panel) + '"}';
          const params = new URLSearchParams({ query, start: now - 900, end: now, step: 1 });
          const text = await (await fetch('/api/v1/query_range?' + params)).text();
          bytes += text.length;
          JSON.parse(text);
        }));
        tookMs.push(performance.now() - began);
        await new Promise((done) => setTimeout(done, Math.max(0, 1000 - (performance.now() - began))));
      }
      return { tookMs, bytes, seconds: (performance.now() - start) / 1000 };
    })()`);
  const share = ((appliance.collectorSeconds() - cpuBefore) / results.seconds) * 100;
  const name = `a query per panel, ${PANELS} panels`;
  print(`${name}: one refresh`, quantiles(results.tookMs));
  print(`${name}: answers`, `${(results.bytes / results.seconds / 1000).toFixed(0)} kB/s`);
  print(`${name}: collector`, `${share.toFixed(1)} % of a core, everything else included`);
  await measured.close();
}

async function netdata(browser: Browser, minutes: number): Promise<Load> {
  const folder = mkdtempSync(join(tmpdir(), 'netdata-bench-'));
  const config = join(folder, 'netdata.conf');
  writeFileSync(config, netdataConfig(folder));
  const running = startProcess('netdata', ['-D', '-c', config, '-p', String(NETDATA_PORT)]);
  const url = `http://127.0.0.1:${NETDATA_PORT}`;
  try {
    const answers = async () => (await fetch(`${url}/api/v1/info`).catch(() => null))?.ok;
    await waitFor('netdata', answers, START_MS_MAX);
    return await hostPage(browser, url, minutes);
  } finally {
    await running.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

function netdataConfig(folder: string): string {
  const folders = ['cache', 'lib', 'log'].map((name) => {
    mkdirSync(join(folder, name));
    return `${name} = ${join(folder, name)}`;
  });
  return [
    ...['[global]', 'run as user = root', '[directories]', ...folders, '[db]', 'mode = ram'],
    ...['[web]', 'bind to = 127.0.0.1', 'web files owner = root', 'web files group = root', ''],
  ].join('\n');
}

function printWork(name: string, { all, script, longTasks }: Load): void {
  print(`${name}: script per second`, quantiles(script));
  print(`${name}: all work per second`, quantiles(all));
  print(`${name}: tasks over 50 ms`, `${longTasks.length}, p95 ${quantile(longTasks, 0.95)} ms`);
}
