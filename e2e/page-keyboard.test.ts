/** Everything that the page can do, by keyboard alone: no step touches the mouse. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright';
import { useFakePage } from './harness/fake-page.ts';
import { waitFor } from './harness/process.ts';

const { server, on: onPage } = useFakePage(50);

const TABS_MAX = 120;

/** Presses Tab until the element has the focus: proves that it can be reached, and that nothing on the way holds it. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let count = 0; count < TABS_MAX; count++) {
    if ((await target.and(page.locator(':focus')).count()) > 0) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`${TABS_MAX} times Tab did not reach ${target}`);
}

async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

test('every page is a pair of keys away', async () => {
  await onPage('/', async (page) => {
    const places = [
      ['p', 'Machines'],
      ['a', 'Alerts'],
      ['m', 'Metrics'],
      ['e', 'Explore'],
    ] as const;
    for (const [key, heading] of places) {
      await press(page, 'g', key);
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    }
    await press(page, 'g', 'o');
    await page.getByRole('application').waitFor();
  });
});

test('the crosshair of the keyboard stands in all charts at one time', async () => {
  await onPage('/host/n001', async (page) => {
    const plotOf = (name: string) => page.getByRole('figure', { name }).locator('.u-over');
    await plotOf('Load').waitFor();
    await plotOf('Memory').waitFor();
    await tabTo(page, page.getByRole('figure', { name: 'Load' }));
    await press(page, 'Home', 'Shift+ArrowRight');
    const place = async (name: string) => {
      const line = await plotOf(name).locator('.u-cursor-x').boundingBox();
      return line && line.x - (await plotOf(name).boundingBox())!.x;
    };
    const [here, there] = [(await place('Load'))!, (await place('Memory'))!];
    // Ten of 900 seconds from the left, on some 330 pixels.
    assert.ok(here > 0 && here < 20 && Math.abs(here - there) <= 3, `at ${here} and ${there}`);
    await press(page, 'Escape');
    assert.equal(await place('Memory'), null);
  });
});

test('hosts are selected on the map, compared and silenced', async () => {
  await onPage('/', async (page) => {
    await tabTo(page, page.getByRole('application'));
    await press(page, 'ArrowDown', 'Space', 'ArrowDown', 'Space');
    await page.getByRole('button', { name: '2 selected' }).waitFor();
    await press(page, 's');
    const dialog = page.getByRole('dialog', { name: 'Silence' });
    await dialog.waitFor();
    assert.match(await dialog.getByLabel('Holds back').inputValue(), /^host=~"n\d+\|n\d+"$/);
    await tabTo(page, dialog.getByLabel('By'));
    await page.keyboard.type('Ada');
    await press(page, 'Tab');
    await page.keyboard.type('new fans');
    await press(page, 'Enter');
    await dialog.waitFor({ state: 'hidden' });
    assert.ok(server.posted.includes('/api/v2/silences'));
    await press(page, 'c');
    await page.getByRole('searchbox', { name: 'Compare hosts' }).waitFor();
    assert.match(new URL(page.url()).searchParams.get('hosts') ?? '', /^n\d+,n\d+$/);
  });
});

test('alerts are acknowledged from the overview', async () => {
  await onPage('/', async (page) => {
    await tabTo(page, page.getByRole('button', { name: 'Ack DiskFillsUp' }));
    await press(page, 'Enter');
    const dialog = page.getByRole('dialog', { name: 'Acknowledge' });
    await tabTo(page, dialog.getByLabel('Comment'));
    await page.keyboard.type('on it');
    await press(page, 'Enter');
    await dialog.waitFor({ state: 'hidden' });
    await waitFor('the request', () => server.posted.some((path) => path.endsWith('/ack')));
  });
});

test('a chart is read, zoomed, moved, marked, exported and left', async () => {
  const toS = Math.floor(Date.now() / 1000) - 600;
  await onPage(`/host/n001?from=${toS - 400}&to=${toS}`, async (page) => {
    const figure = page.getByRole('figure', { name: 'Load', exact: true });
    await figure.locator('.legend li:not([hidden]) b').filter({ hasText: /\d/ }).first().waitFor();
    await tabTo(page, figure);
    await press(page, 'Home', 'ArrowRight', 'Enter');
    for (let step = 0; step < 6; step++) await press(page, 'Shift+ArrowRight');
    await press(page, 'Enter');
    await figure.getByRole('region', { name: 'Marked window of Load' }).waitFor();
    const [from, to] = new URL(page.url()).searchParams.get('mark')!.split('-').map(Number);
    assert.equal(to! - from!, 60);
    await press(page, 'Escape', '+');
    await waitFor('the zoom', () => {
      const { searchParams } = new URL(page.url());
      return Number(searchParams.get('to')) - Number(searchParams.get('from')) === 200;
    });
    await press(page, 'e');
    await waitFor('the menu', () => page.getByRole('button', { name: 'Save as CSV' }).isVisible());
    await tabTo(page, figure.getByRole('button', { name: 'Show as a table' }));
    await press(page, 'Enter');
    await page.getByRole('region', { name: 'Values of Load' }).waitFor();
    await press(page, '0');
    await page.waitForURL(/range=15m/);
    await press(page, 'y');
    await page.waitForURL(/compare=24h/);
  });
});

test('a metric of a host is found by typing a part of its name', async () => {
  await onPage('/host/n001', async (page) => {
    await page.getByRole('figure', { name: 'CPU time' }).waitFor();
    await tabTo(page, page.getByRole('searchbox', { name: 'Find metrics' }));
    await page.keyboard.type('disk_read');
    const charts = page.getByRole('figure');
    await waitFor('the only chart', async () => (await charts.count()) === 1);
    await page.getByRole('figure', { name: 'Bytes read' }).waitFor();
    assert.equal(new URL(page.url()).searchParams.get('find'), 'disk_read');
    await page.keyboard.type('nothing');
    await page.getByText('No metric of n001 matches.').waitFor();
  });
});

test('tabs of a host, theme, pause, help and the palette', async () => {
  await onPage('/host/n001', async (page) => {
    for (const tab of ['alerts', 'provisioning', 'hardware', 'services', 'facts']) {
      const parts = page.getByRole('navigation', { name: 'Parts of n001' });
      await tabTo(page, parts.getByRole('link', { name: tab }));
      await press(page, 'Enter');
      await page.waitForURL(new RegExp(`tab=${tab}`));
    }
    await press(page, 't');
    await page.locator('html[data-theme=light]').waitFor();
    await page.evaluate('document.activeElement.blur()');
    await press(page, 'Space');
    await page.getByRole('button', { name: 'paused' }).waitFor();
    await press(page, 'Space', '?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await press(page, 'Escape', '/');
    await page.getByRole('combobox', { name: 'Search' }).waitFor();
    await page.keyboard.type('n017');
    await press(page, 'Enter');
    await page.getByRole('heading', { level: 1, name: 'n017' }).waitFor();
  });
});

test('a range is typed and a day chosen with the arrow keys', async () => {
  await onPage('/host/n001', async (page) => {
    await tabTo(page, page.getByRole('button', { name: 'Another range' }));
    await press(page, 'Enter');
    await tabTo(page, page.getByLabel('From', { exact: true }));
    await press(page, 'Control+A');
    await page.keyboard.type('-2h');
    await press(page, 'Enter');
    await page.waitForURL(/range=2h/);
    await tabTo(page, page.getByRole('button', { name: 'Another range' }));
    await press(page, 'Enter');
    const turn = page.getByRole('button', { name: 'Month before' });
    await tabTo(page, turn);
    await press(page, 'Enter');
    await tabTo(page, page.getByRole('button', { name: '1', exact: true }));
    await press(page, 'ArrowRight', 'ArrowDown', 'Enter');
    await page.waitForURL(/from=\d+/);
    const { searchParams } = new URL(page.url());
    const from = new Date(Number(searchParams.get('from')) * 1000);
    assert.equal(from.getDate(), 9);
  });
});
