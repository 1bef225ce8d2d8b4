/** From the second of a sample to the frame in which the page has drawn it, on a whole appliance: agents, collector, stream, browser. */
import type { Browser } from 'playwright';
import { startDemo } from './appliance.ts';
import { MeasuredPage } from './chromium.ts';
import { print, quantiles } from './report.ts';

const SETTLE_MS = 8_000;

/** Agents send after their second began, so that the delay from the wire is shorter than what is measured. */
const HOOK = `
window.delays = [];
window.WebSocket = class extends WebSocket {
  constructor(...args) {
    super(...args);
    this.addEventListener('message', ({ data }) => {
      if (typeof data === 'string') return;
      const timeMs = new Float64Array(data, 8, 1)[0];
      // The page draws in this frame and the next; what comes after a frame has been painted.
      requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => delays.push(Date.now() - timeMs))));
    });
  }
};`;

export async function wireToPixel(browser: Browser, minutes: number): Promise<void> {
  const appliance = await startDemo(200);
  try {
    const measured = await MeasuredPage.open(browser);
    await measured.page.addInitScript(HOOK);
    await measured.page.goto(appliance.url);
    await measured.page.waitForTimeout(SETTLE_MS);
    await measured.evaluate('void (delays.length = 0)');
    await measured.page.waitForTimeout(minutes * 60_000);
    const delays = await measured.evaluate<number[]>('delays');
    print('second of the sample → painted, 200 hosts', quantiles(delays), 'p95 ≤ 1500 ms');
    await measured.close();
  } finally {
    await appliance.close();
  }
}
