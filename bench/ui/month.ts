/** A month of one metric of 200 hosts, from the click to the drawn strip; the archives are filled through the store's own writers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { defaultsOf } from '../../base/config.ts';
import { startCollector } from '../../collector/collector.ts';
import { collectorSettings } from '../../collector/settings.ts';
import { waitFor } from '../../e2e/harness/process.ts';
import { MeasuredPage } from './chromium.ts';
import { fillPast } from './past.ts';
import { print, quantiles } from './report.ts';

const METRIC = 'load_one';
const HOSTS = 200;
const DAYS = 30;
const RUNS = 7;

/** Notes when the answer is there, and when the browser has nothing left to do for it. */
const HOOK = `
window.loads = [];
const ask = window.fetch;
window.fetch = async (...args) => {
  const response = await ask(...args);
  if (!String(args[0]).startsWith('/api/series?')) return response;
  const text = response.text.bind(response);
  response.text = async () => {
    const body = await text();
    const answered = performance.now();
    setTimeout(() => requestAnimationFrame(() => requestIdleCallback(() => loads.push({ answered, drawn: performance.now() }))));
    return body;
  };
  return response;
};`;

export async function month(browser: Browser): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'clustermon-bench-month-'));
  const settings = { ...defaultsOf(collectorSettings), data, port: 0, webPort: 0, open: true };
  fillPast(settings, { metric: METRIC, hosts: HOSTS, days: DAYS });
  const collector = await startCollector(settings);
  try {
    const measured = await MeasuredPage.open(browser);
    await measured.page.addInitScript(HOOK);
    await measured.page.goto(`${collector.url}/metric/${METRIC}?range=24h`);
    await loadsOf(measured);
    const answered: number[] = [];
    const drawn: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const startMs = await measured.evaluate<number>(clickOn('30d'));
      const [load] = await loadsOf(measured);
      answered.push(load!.answered - startMs);
      drawn.push(load!.drawn - startMs);
      await measured.evaluate(clickOn('24h'));
      await loadsOf(measured);
    }
    const rows = `${HOSTS} hosts, ${DAYS} days`;
    print(`one metric, ${rows}: click → answer`, quantiles(answered));
    print(`one metric, ${rows}: click → drawn`, quantiles(drawn), '< 1000 ms');
    await measured.close();
  } finally {
    await collector.close();
    rmSync(data, { recursive: true });
  }
}

function clickOn(range: string): string {
  return `loads.length = 0; [...document.querySelectorAll('.range button')].find((button) => button.textContent === '${range}').click(); performance.now()`;
}

interface Answer {
  readonly answered: number;
  readonly drawn: number;
}

async function loadsOf(measured: MeasuredPage): Promise<readonly Answer[]> {
  return waitFor('the series', async () => {
    const loads = await measured.evaluate<readonly Answer[]>('loads');
    return loads.length > 0 ? loads : undefined;
  });
}
