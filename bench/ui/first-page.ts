/** The first visit: how much is loaded, and how long until the overview can be used. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright';
import { FakeAppliance } from '../../ui/testing/fake-appliance.ts';
import { MeasuredPage } from './chromium.ts';
import { print, quantiles } from './report.ts';

const ASSETS = join(import.meta.dirname, '../../ui/dist/assets');
const VISITS = 7;

export async function firstPage(browser: Browser): Promise<void> {
  for (const kind of ['js', 'css'])
    print(`all .${kind}, gzipped`, `${(gzippedBytes(kind) / 1000).toFixed(1)} kB`);
  const server = new FakeAppliance(200);
  try {
    const url = await server.start();
    const times: number[] = [];
    for (let visit = 0; visit < VISITS; visit++) {
      // A new context has nothing in its cache.
      const measured = await MeasuredPage.open(browser);
      await measured.page.goto(url, { waitUntil: 'commit' });
      await measured.page.locator('.top-list li b').filter({ hasText: /\d/ }).first().waitFor();
      times.push(await measured.evaluate<number>('performance.now()'));
      await measured.close();
    }
    print('first page with values, cold cache', quantiles(times), '< 1500 ms');
  } finally {
    await server.close();
  }
}

function gzippedBytes(kind: string): number {
  return readdirSync(ASSETS)
    .filter((file) => file.endsWith(`.${kind}`))
    .map((file) => gzipSync(readFileSync(join(ASSETS, file))).length)
    .reduce((sum, size) => sum + size, 0);
}
