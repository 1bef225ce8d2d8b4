/** Work of one second on overview and host page. The cluster is the fake one, which costs the machine little: the numbers are the page's. */
import type { Browser } from 'playwright';
import { FakeAppliance } from '../../ui/testing/fake-appliance.ts';
import { series } from '../../ui/testing/fake-cluster.ts';
import { MeasuredPage } from './chromium.ts';
import { printLoad } from './report.ts';

const SETTLE_MS = 8_000;

/** @param boundMs of script, style, layout and paint per tick */
export async function overviewTicks(
  browser: Browser,
  { hosts, minutes, boundMs }: { hosts: number; minutes: number; boundMs: number },
): Promise<void> {
  const server = new FakeAppliance(hosts);
  try {
    const measured = await MeasuredPage.open(browser);
    await measured.page.goto(await server.start());
    await measured.page.locator('.top-list li b').filter({ hasText: /\d/ }).first().waitFor();
    await measured.page.waitForTimeout(SETTLE_MS);
    printLoad(`overview, ${hosts} hosts`, await measured.measure(minutes * 60), boundMs);
    await measured.close();
  } finally {
    await server.close();
  }
}

const CHARTS = 24;
const LINES = 'abcdef'.split('');

/** 24 charts × 6 series × 900 points, all of them in view. */
export async function hostTicks(
  browser: Browser,
  { minutes, boundMs }: { minutes: number; boundMs: number },
): Promise<void> {
  const catalogue = Array.from({ length: CHARTS }, (_, chart) =>
    LINES.map((device) =>
      series(`metric${chart}_busy`, `group${chart}`, `Metric ${chart}`, '%', [0, 100], { device }),
    ),
  ).flat();
  const server = new FakeAppliance(3, catalogue);
  try {
    const measured = await MeasuredPage.open(browser, { width: 1440, height: 2_300 });
    await measured.page.goto(`${await server.start()}/host/n001?range=15m`);
    const values = measured.page.locator('figure .legend li:first-child b');
    await values
      .filter({ hasText: /\d/ })
      .nth(CHARTS - 1)
      .waitFor();
    await measured.page.waitForTimeout(SETTLE_MS);
    printLoad(
      `host, ${CHARTS} charts × ${LINES.length} × 900`,
      await measured.measure(minutes * 60),
      boundMs,
    );
    await measured.close();
  } finally {
    await server.close();
  }
}
