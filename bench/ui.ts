/**
 * What the page costs, in Debian's Chromium without a graphics processor. Each part runs alone:
 *
 *     node bench/ui.ts first|overview|large|host|wire|month|viewers|peers|all [minutes]
 *
 * first: bytes and time of the first visit · overview: work per 1 Hz tick with 200 hosts · large: with 2,000 · host: 24 charts × 6 lines ×
 * 900 points · wire: from the second of a sample to its pixel · month: a month of one metric on 200 hosts · viewers: 50 live streams at
 * the collector · peers: Netdata’s own page (Debian’s netdata-core and netdata-web), and a query per panel. Work is time of the page's main thread, so that other programs count
 * little; times that people wait are those of the clock.
 */
import { launch } from './ui/chromium.ts';
import { firstPage } from './ui/first-page.ts';
import { month } from './ui/month.ts';
import { peers } from './ui/peers.ts';
import { hostTicks, overviewTicks } from './ui/ticks.ts';
import { viewers } from './ui/viewers.ts';
import { wireToPixel } from './ui/wire.ts';

const [wanted = 'all', minutesText = '2'] = process.argv.slice(2);
const minutes = Number(minutesText);
const browser = await launch();

const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  first: () => firstPage(browser),
  overview: () => overviewTicks(browser, { hosts: 200, minutes, boundMs: 16 }),
  large: () => overviewTicks(browser, { hosts: 2_000, minutes, boundMs: 50 }),
  host: () => hostTicks(browser, { minutes, boundMs: 20 }),
  wire: () => wireToPixel(browser, minutes),
  month: () => month(browser),
  viewers: () => viewers(minutes),
  peers: () => peers(browser, minutes),
};

try {
  const parts = wanted === 'all' ? Object.values(PARTS) : [PARTS[wanted]];
  for (const part of parts) {
    if (!part)
      throw new Error(`there is no part ${wanted}; parts: ${Object.keys(PARTS).join(' ')}`);
    await part();
  }
} finally {
  await browser.close();
}
