/** Moving through time on the page, marking windows, and time zones: over the fake appliance, whose values can be computed. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { CDPSession, Locator, Page } from 'playwright';
import { pointAt } from './harness/browser.ts';
import { useFakePage } from './harness/fake-page.ts';
import { waitFor } from './harness/process.ts';

const { server, on: onPage } = useFakePage(50);

function chart(page: Page, title: string): Locator {
  return page.getByRole('figure', { name: title, exact: true });
}

/** The chart when it has values, with the pointer in the middle of it. */
async function plotOf(page: Page, title: string) {
  const figure = chart(page, title);
  await figure.scrollIntoViewIfNeeded();
  await figure.locator('.legend li:not([hidden]) b').filter({ hasText: /\d/ }).first().waitFor();
  return { figure, box: await pointAt(figure.locator('.u-over'), { share: 0.5, top: 20 }) };
}

/** The colour of a file's first pixel: red, green, blue, alpha. */
async function cornerOf(page: Page, png: Buffer): Promise<readonly number[]> {
  return page.evaluate(`(async () => {
    const bytes = Uint8Array.from(atob('${png.toString('base64')}'), (one) => one.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const ctx = new OffscreenCanvas(1, 1).getContext('2d');
    ctx.drawImage(bitmap, 0, 0);
    return [...ctx.getImageData(0, 0, 1, 1).data];
  })()`);
}

/** Seconds between `from` and `to` of the URL. */
function secondsOf(page: Page): number {
  const { searchParams } = new URL(page.url());
  return Number(searchParams.get('to')) - Number(searchParams.get('from'));
}

/** In the past, so that nothing moves while a test reads it. */
const TO_S = Math.floor(Date.now() / 1000) - 3_600;
const FIXED = `from=${TO_S - 600}&to=${TO_S}`;

test('Alt-drag marks a window: its numbers, what changed in it, and it is in the URL', async () => {
  await onPage(`/host/n001?${FIXED}`, async (page) => {
    const { figure, box } = await plotOf(page, 'Network traffic');
    await page.keyboard.down('Alt');
    await page.mouse.move(box.x + box.width * 0.25, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.75, box.y + 20, { steps: 4 });
    await page.mouse.up();
    await page.keyboard.up('Alt');
    const panel = figure.getByRole('region', { name: 'Marked window of Network traffic' });
    await panel.getByRole('columnheader', { name: 'p95' }).waitFor();
    await panel.getByRole('columnheader', { name: 'in all' }).waitFor();
    await page.waitForURL(/mark=\d+-\d+/);
    assert.equal(secondsOf(page), 600, 'it is marked, not zoomed into');
    await panel.getByRole('button', { name: 'Zoom in' }).click();
    await waitFor('the zoom', () => Math.abs(secondsOf(page) - 300) <= 12);
    await panel.getByRole('button', { name: 'Unmark' }).click();
    await panel.waitFor({ state: 'detached' });
  });
});

test('a chart that is saved as a picture stands alone: with the ground of its theme', async () => {
  for (const theme of ['dark', 'light'] as const)
    await onPage(
      `/host/n001?${FIXED}`,
      async (page) => {
        const { figure } = await plotOf(page, 'Load');
        await figure.getByRole('button', { name: 'Actions for Load' }).click();
        const saved = page.waitForEvent('download');
        await page.getByRole('button', { name: 'Save as PNG' }).click();
        const file = await saved;
        assert.equal(file.suggestedFilename(), 'load.png');
        const corner = await cornerOf(page, readFileSync(await file.path()));
        assert.deepEqual(corner, theme === 'dark' ? [0x15, 0x1a, 0x21, 255] : [255, 255, 255, 255]);
      },
      { theme },
    );
});

test('the wheel zooms a chart that was clicked on, Shift-drag moves it', async () => {
  await onPage(`/host/n001?${FIXED}`, async (page) => {
    const { figure, box } = await plotOf(page, 'Load');
    await figure.focus();
    await page.mouse.move(box.x + box.width / 2, box.y + 20);
    await page.mouse.wheel(0, -100);
    await waitFor('the zoom', () => Math.abs(secondsOf(page) - 480) <= 2);
    const before = new URL(page.url()).searchParams.get('from');
    await page.keyboard.down('Shift');
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.75, box.y + 20, { steps: 4 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
    await waitFor('the move', () => {
      const from = new URL(page.url()).searchParams.get('from');
      return Math.abs(Number(before) - Number(from) - 120) <= 3;
    });
    assert.ok(Math.abs(secondsOf(page) - 480) <= 2, 'as long as before');
  });
});

test('two fingers stretch the time, one moves it', async () => {
  const phone = { width: 390, height: 844 };
  await onPage(
    `/host/n001?${FIXED}`,
    async (page) => {
      const { box } = await plotOf(page, 'Load');
      const touch = await touchOf(page);
      const [x, y] = [(share: number) => box.x + box.width * share, box.y + 30];
      await touch('touchStart', [x(0.4), y], [x(0.6), y]);
      await touch('touchMove', [x(0.3), y], [x(0.7), y]);
      await touch('touchMove', [x(0.2), y], [x(0.8), y]);
      await touch('touchEnd');
      await waitFor('the zoom', () => Math.abs(secondsOf(page) - 200) <= 10);
      const before = Number(new URL(page.url()).searchParams.get('from'));
      await touch('touchStart', [x(0.7), y]);
      await touch('touchMove', [x(0.5), y]);
      await touch('touchMove', [x(0.2), y]);
      await touch('touchEnd');
      await waitFor('the move', () => {
        const from = Number(new URL(page.url()).searchParams.get('from'));
        return Math.abs(from - before - 100) <= 10;
      });
    },
    phone,
  );
});

type Point = readonly [x: number, y: number];

async function touchOf(page: Page) {
  const session: CDPSession = await page.context().newCDPSession(page);
  return async (
    type: 'touchStart' | 'touchMove' | 'touchEnd',
    ...points: readonly Point[]
  ): Promise<void> => {
    const touchPoints = points.map(([x, y], id) => ({ x, y, id }));
    await session.send('Input.dispatchTouchEvent', { type, touchPoints });
  };
}

test('the range is typed, chosen in the calendar, and shown in the zone of the site', async () => {
  await onPage('/host/n001', async (page) => {
    await plotOf(page, 'Load');
    await page.getByRole('button', { name: 'Another range' }).click();
    await page.getByLabel('Times of').selectOption('site');
    await page.getByLabel('From', { exact: true }).fill('2026-11-02 10:00');
    await page.getByLabel('To', { exact: true }).fill('2026-11-02 10:10');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.waitForURL(/from=/);
    // Kathmandu is 5 h 45 min ahead of UTC.
    const fromS = Date.parse('2026-11-02T04:15:00Z') / 1000;
    assert.equal(new URL(page.url()).searchParams.get('from'), String(fromS));
    const { figure } = await plotOf(page, 'Load');
    await figure.focus();
    await page.keyboard.press('Home');
    await figure.getByText(/^2026-11-02 10:00:0/).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Another range' }).click();
    await page.getByRole('button', { name: '1', exact: true }).click();
    await page.waitForURL((to) => {
      const from = Number(to.searchParams.get('from'));
      return from === Date.parse('2026-10-31T18:15:00Z') / 1000;
    });
    assert.equal(secondsOf(page), 86_400);
    await page.getByLabel('From', { exact: true }).fill('later');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'no window' }).waitFor();
  });
});

test('what happened is told where the crosshair is, on the charts of the cluster too', async () => {
  const second = Math.floor(Date.now() / 1000) - 200;
  server.events = [
    { timeMs: second * 1000, host: 'n001', kind: 'note', text: 'fan <b>changed</b>', labels: {} },
  ];
  for (const path of ['/', '/host/n001'])
    await onPage(`${path}?from=${second - 100}&to=${second + 100}`, async (page) => {
      const { figure, box } = await plotOf(page, path === '/' ? 'CPU user' : 'Load');
      const told = figure.getByRole('tooltip').getByText('fan <b>changed</b>');
      let shift = 0;
      await waitFor('what happened', async () => {
        shift = 1 - shift;
        await page.mouse.move(box.x + box.width / 2 + shift, box.y + 20);
        return told.isVisible();
      });
    });
  server.events = [];
});
