/** The rack map: drawn cell by cell, and only where something changed, so whatever happens to its canvas, no cell may be missing; and read aloud. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright';
import { groupHosts, layout } from '../ui/lib/rack-map.ts';
import { useFakePage } from './harness/fake-page.ts';
import { waitFor } from './harness/process.ts';

const { server, on } = useFakePage(200);

/** What the test needs of the DOM. */
interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly clientWidth: number;
  readonly clientHeight: number;
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { data: Uint8Array };
  };
}

interface Drawn {
  /** Of the canvas on the page. */
  readonly width: number;
  readonly height: number;
  /** Of the points, how many are painted. */
  readonly painted: number;
}

function readCanvas(element: unknown, points: readonly (readonly [number, number])[]): Drawn {
  const canvas = element as Canvas;
  const { width, height } = canvas;
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
  const scale = width / canvas.clientWidth;
  const isPainted = ([x, y]: readonly [number, number]) =>
    data[4 * (Math.floor(y * scale) * width + Math.floor(x * scale)) + 3]! > 0;
  return {
    width: canvas.clientWidth,
    height: canvas.clientHeight,
    painted: points.filter(isPainted).length,
  };
}

/** Waits until the canvas has the size that belongs to its frame. From that very moment each cell must have something in its middle. */
async function wholeMap(page: Page, when: string): Promise<void> {
  const frame = page.locator('.map-frame');
  const painted = await waitFor(`a map ${when}`, async () => {
    const size = await frame.evaluate((one) => [one.clientWidth, one.clientHeight] as const);
    const map = layout(groupHosts(server.hosts, 'rack'), ...size);
    const middles = map.cells.map(
      ({ x, y }) => [x + map.cellWidth / 2, y + map.cellHeight / 2] as const,
    );
    const drawn = await frame.locator('canvas').evaluate(readCanvas, middles);
    return drawn.width === map.width && drawn.height === map.height && drawn.painted;
  });
  assert.equal(painted, 200, `cells of the map ${when}`);
}

test('every cell is there at first, in another size, after another page, and in the other theme', () =>
  on('/', async (page) => {
    await wholeMap(page, 'at first');
    await page.setViewportSize({ width: 1100, height: 820 });
    await wholeMap(page, 'in another size');
    await page.getByRole('link', { name: 'Metrics' }).first().click();
    await page.getByRole('link', { name: 'Overview' }).first().click();
    await wholeMap(page, 'after another page');
    await page
      .getByRole('button', { name: /theme|light|dark/i })
      .first()
      .click();
    await wholeMap(page, 'in the other theme');
  }));

test('a cell that the keyboard reaches before its value is there is spoken again with it', () => {
  server.knowsValues = false;
  return on('/', async (page) => {
    const map = page.getByRole('application', { name: /^200 hosts/ });
    const spoken = map.getByRole('status');
    await map.focus();
    await page.keyboard.press('ArrowDown');
    await spoken.getByText(/^n\d+, up, CPU busy –$/).waitFor();
    server.knowsValues = true;
    await spoken.getByText(/^n\d+, up, CPU busy [\d.]+ %$/).waitFor();
  });
});
