/** The page over a real appliance with two hundred simulated hosts, in Debian's Chromium. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright';
import type { RuleInfo, SeriesRange } from '../wire/http.ts';
import { type Appliance, startAppliance } from './harness/appliance.ts';
import {
  assertAccessible,
  keepPicture,
  openPage,
  pointAt,
  startBrowser,
} from './harness/browser.ts';
import { waitFor } from './harness/process.ts';

const HOSTS = 200;
/** One of the hosts that never die. */
const HOST = 'n043';
/** Simulated hosts that are dead now and then (index % 100 = 41): no test may need them. */
const MORTALS = 2;

let appliance: Appliance;
let browser: Browser;

before(async () => {
  [appliance, browser] = await Promise.all([
    startAppliance({ args: ['--demo', String(HOSTS)] }),
    startBrowser(),
  ]);
  // A minute of history would be better to look at, ten seconds are enough to read values back.
  await waitFor(
    'ten seconds of every host that lives',
    async () => {
      const toS = Math.floor(Date.now() / 1000);
      const range = await appliance.get<SeriesRange>(
        `/api/series?metric=load_one&from=${toS - 30}&to=${toS}&only=average`,
      );
      const known = range.series.filter(
        ({ average }) => average.filter((value) => value !== null).length >= 10,
      );
      return known.length >= HOSTS - MORTALS && known.some(({ host }) => host === HOST);
    },
    60_000,
  );
});

after(async () => {
  await browser?.close();
  await appliance?.close();
});

/** Opens a path, runs the steps, and checks that the page kept to its own origin and policy. */
async function onPage(
  path: string,
  steps: (page: Page) => Promise<void>,
  theme: 'dark' | 'light' = 'dark',
) {
  const { page, faults } = await openPage(browser, appliance.url + path, { theme });
  try {
    await page.getByRole('button', { name: 'live' }).waitFor();
    await steps(page);
    assert.deepEqual(faults, []);
  } finally {
    await page.close();
  }
}

function chart(page: Page, title: string): Locator {
  return page.getByRole('figure', { name: title, exact: true });
}

/** The page shows three digits. */
function isRounded(shown: number, exact: number): boolean {
  return Math.abs(shown - exact) <= Math.max(0.006, 0.005 * Math.abs(exact));
}

/** A window of seconds in which the archive has a value of HOST for each: whoever asks later gets the same ones. */
async function knownSeconds() {
  return waitFor('ten seconds without a gap', async () => {
    const nowS = Math.floor(Date.now() / 1000);
    const range = await appliance.get<SeriesRange>(
      `/api/series?host=${HOST}&metric=load_one&from=${nowS - 60}&to=${nowS}&only=average`,
    );
    const { average } = range.series[0]!;
    const last = average.findLastIndex((value) => value !== null);
    const gap = average.findLastIndex((value, row) => row < last && value === null);
    return (
      last - gap >= 10 && { fromS: range.startS + gap + 1, toS: range.startS + last + 1, range }
    );
  });
}

/** The value that the legend of a chart shows for a line. */
async function legendValue(figure: Locator, line: string): Promise<string> {
  const button = figure.getByRole('button', { name: new RegExp(`^${line}\\b`) });
  return (await button.locator('b').textContent()) ?? '';
}

test('the overview shows two hundred hosts on one screen', async () => {
  await onPage('/', async (page) => {
    await page
      .getByRole('status', { name: 'State of the cluster' })
      .getByText(/^(19\d|20\d) up$/)
      .waitFor();
    for (const title of ['CPU user', 'One-minute load', 'Available memory', 'Bytes received']) {
      await waitFor(`${title} to have values`, async () =>
        /\d/.test(await legendValue(chart(page, title), 'median')),
      );
    }
    const lists = page.getByRole('region', { name: /^Top 10 by/ });
    await waitFor('four lists of ten', async () => {
      const counts = (await lists.all()).map((list) => list.getByRole('listitem').count());
      return (await Promise.all(counts)).join() === '10,10,10,10';
    });
    const [height, width] = (await page.evaluate(
      '[document.documentElement.scrollHeight, document.documentElement.scrollWidth]',
    )) as [number, number];
    assert.deepEqual({ height, width }, { height: 900, width: 1440 }, 'nothing needs scrolling');
  });
});

test('the rack map is read and left by keyboard', async () => {
  await onPage('/', async (page) => {
    const map = page.getByRole('application', { name: /^(19\d|20\d) hosts/ });
    await map.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    const spoken = await waitFor('the cell to be spoken', async () => {
      const text = (await map.getByRole('status').textContent()) ?? '';
      return /^n\d+, up, CPU busy [\d.]+ %$/.test(text) ? text : undefined;
    });
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: spoken.split(',')[0]! }).waitFor();
  });
});

test('dragging on the map selects, and the selection is in the URL', async () => {
  await onPage('/', async (page) => {
    const box = await pointAt(page.getByRole('application'), { share: 0.003, top: 20 });
    await page.mouse.down();
    await page.mouse.move(box.x + 40, box.y + 90, { steps: 4 });
    await page.mouse.up();
    const button = page.getByRole('button', { name: /\d+ selected/ });
    await button.waitFor();
    const names = new URL(page.url()).searchParams.get('select')!.split(',');
    assert.ok(names.length > 1 && names.length < 50, `${names.length} selected`);
    await page.getByRole('heading', { name: `of ${names.length} selected hosts` }).waitFor();
    const load = chart(page, 'One-minute load');
    await load.getByText(`of ${names.length} selected hosts`).waitFor();
    await waitFor('the spread of the selected', async () =>
      /\d/.test(await legendValue(load, 'median')),
    );
    await button.click();
    await page.getByRole('heading', { name: /of (19\d|20\d) hosts/ }).waitFor();
  });
});

test('names filter the hosts, grouping and table are in the URL too', async () => {
  await onPage('/?name=n[001-010]&group=class&view=table', async (page) => {
    await page.getByText('10 shown').waitFor();
    assert.equal(await page.getByRole('combobox', { name: 'Group by' }).inputValue(), 'class');
    assert.equal(await page.getByRole('region', { name: 'Hosts' }).getByRole('row').count(), 11);
  });
});

test('the host page is live: its values change within seconds', async () => {
  await onPage(`/host/${HOST}`, async (page) => {
    const figure = chart(page, 'CPU time');
    const first = await waitFor('a value', async () => {
      const text = await legendValue(figure, 'user');
      return /\d/.test(text) ? text : undefined;
    });
    await waitFor('another value', async () => (await legendValue(figure, 'user')) !== first);
    await chart(page, 'Disk bytes').scrollIntoViewIfNeeded();
    await waitFor('a chart further down', async () =>
      /\d/.test(await legendValue(chart(page, 'Disk bytes'), 'write')),
    );
  });
});

test('the tooltip and the keyboard read the values that the API returns', async () => {
  const { fromS, toS, range } = await knownSeconds();
  const valueAt = (text: string) => {
    const second = Date.parse(text.replace(' ', 'T')) / 1000;
    return range.series[0]!.average[(second - range.startS) / range.stepSeconds]!;
  };
  await onPage(`/host/${HOST}?from=${fromS}&to=${toS}`, async (page) => {
    const figure = chart(page, 'Load');
    await waitFor('the chart', async () => /\d/.test(await legendValue(figure, 'one')));
    await pointAt(figure.locator('.u-over'), { share: 0.9, top: 20 });
    const tooltip = figure.getByRole('tooltip');
    await tooltip.waitFor();
    const time = (await tooltip.locator('.tooltip-time').textContent())!;
    const row = tooltip
      .locator('.tooltip-row')
      .filter({ has: page.getByText('one', { exact: true }) });
    const shown = Number(await row.locator('b').textContent());
    assert.ok(isRounded(shown, valueAt(time)), `tooltip ${shown}, API ${valueAt(time)} at ${time}`);
    await page.mouse.move(0, 0);

    await figure.focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    const spoken = await waitFor('the value to be spoken', async () => {
      const text = (await figure.getByRole('status').last().textContent()) ?? '';
      return text.includes('one') ? text : undefined;
    });
    const [, when, value] = /^(\S+ \S+) one ([\d.]+)/.exec(spoken)!;
    assert.ok(isRounded(Number(value), valueAt(when!)), spoken);
  });
});

test('dragging on a chart zooms all of them, Back undoes it', async () => {
  await onPage(`/host/${HOST}?range=5m`, async (page) => {
    const figure = chart(page, 'Load');
    await waitFor('the chart', async () => /\d/.test(await legendValue(figure, 'one')));
    const box = await pointAt(figure.locator('.u-over'), { share: 0.5, top: 30 });
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.8, box.y + 30, { steps: 5 });
    await page.mouse.up();
    await page.waitForURL(/from=\d+&to=\d+/);
    const { searchParams } = new URL(page.url());
    const seconds = Number(searchParams.get('to')) - Number(searchParams.get('from'));
    assert.ok(Math.abs(seconds - 90) <= 5, `${seconds} s are shown`);
    await page.goBack();
    await page.waitForURL(/range=5m/);
    await page.keyboard.press('0');
    await page.waitForURL(/range=15m/);
  });
});

test('lines of an earlier time are drawn beside those of now, and a window says what changed in it', async () => {
  const toS = Math.floor(Date.now() / 1000);
  await onPage(`/host/${HOST}?compare=24h`, async (page) => {
    await chart(page, 'Load').getByText('dashed: 24h ago').waitFor();
    await page.keyboard.press('y');
    await chart(page, 'Load').getByText('dashed: 24h ago').waitFor({ state: 'detached' });
  });
  await onPage(`/host/${HOST}?from=${toS - 10}&to=${toS}`, async (page) => {
    const changes = page.getByRole('region', { name: 'What changed in this window' });
    await changes
      .getByText(/→|Nothing stands out/)
      .first()
      .waitFor();
  });
});

test('a page inside another has no bar of its own', async () => {
  const { page, faults } = await openPage(browser, `${appliance.url}/host/${HOST}?embed=1`);
  await chart(page, 'Load').waitFor();
  assert.equal(await page.getByRole('banner').count(), 0);
  assert.deepEqual(faults, []);
  await page.close();
});

test('the palette finds a host by its name and goes there', async () => {
  await onPage('/', async (page) => {
    await page.keyboard.press('/');
    await page.getByRole('combobox', { name: 'Search' }).fill('n137');
    await page.getByRole('option', { name: /n137/ }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'n137' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.getByRole('heading', { level: 1, name: 'Alerts' }).waitFor();
  });
});

test('a rule is added on the page, fires, and is removed', async () => {
  await onPage('/alerts', async (page) => {
    const form = page.getByRole('form', { name: 'New rule' });
    await form.getByLabel('Fires when').fill(`load_one{host="${HOST}"} >= 0`);
    await form.getByLabel('Name').fill('PageTest');
    await form.getByText(/it would have fired [1-9]\d* times on 1 hosts/).waitFor();
    await form.getByRole('button', { name: 'Add rule' }).click();
    const alert = page
      .getByRole('region', { name: 'Alerts of now' })
      .getByRole('row', { name: /PageTest/ });
    await alert.getByText(/firing/).waitFor();
    await alert.getByRole('button', { name: 'Ack PageTest' }).click();
    const dialog = page.getByRole('dialog', { name: 'Acknowledge' });
    await dialog.getByLabel('By').fill('Ada');
    await dialog.getByLabel('Comment').fill('on it');
    await dialog.getByRole('button', { name: 'Acknowledge' }).click();
    await alert.getByText(/acknowledged by Ada until .*: on it/).waitFor();
    const history = page.getByRole('region', { name: 'History' });
    await history.getByText('PageTest').first().waitFor();
    const rule = page.getByRole('region', { name: 'Rules' }).getByRole('row', { name: /PageTest/ });
    await rule.getByRole('button', { name: 'Remove the rule PageTest' }).click();
    await rule.getByRole('button', { name: 'Really remove?' }).click();
    await waitFor('the rule to be gone', async () =>
      (await appliance.get<readonly RuleInfo[]>('/api/rules')).every(
        ({ name }) => name !== 'PageTest',
      ),
    );
    await form.getByLabel('Fires when').fill('load_one >');
    await form.getByRole('button', { name: 'Add rule' }).click();
    await form.getByRole('alert').waitFor();
  });
});

test('the bound of a rule is dragged on the chart, and what it would have done follows', async () => {
  await onPage(`/host/${HOST}`, async (page) => {
    await waitFor('the chart', async () =>
      /\d/.test(await legendValue(chart(page, 'Load'), 'one')),
    );
    await chart(page, 'Load').getByRole('button', { name: 'Actions for Load' }).click();
    await page.getByRole('button', { name: 'New alert rule …' }).click();
    const form = page.getByRole('form', { name: 'New rule' });
    const expr = form.getByLabel('Fires when');
    assert.match(await expr.inputValue(), /^load_one > [\d.]+$/);
    await expr.fill('load_one > 1');
    const line = form.getByRole('slider', { name: 'Threshold' });
    await waitFor('the line', async () => (await line.getAttribute('aria-valuenow')) === '1');
    await line.scrollIntoViewIfNeeded();
    const { height } = (await line.boundingBox())!;
    const box = await pointAt(line, { share: 0.5, top: height / 2 });
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y - 40, { steps: 4 });
    await page.mouse.up();
    const bound = await waitFor('a larger bound', async () => {
      const now = Number(/^load_one > ([\d.]+)$/.exec(await expr.inputValue())?.[1]);
      return now > 1 && now;
    });
    await line.press('ArrowDown');
    await waitFor('a smaller bound', async () => {
      const now = Number(/[\d.]+$/.exec(await expr.inputValue())?.[0]);
      return now < bound;
    });
    await form.getByText(/it would have fired \d+ times on \d+ hosts/).waitFor();
  });
});

test('every receiver has a button that tries it', async () => {
  await onPage('/alerts', async (page) => {
    const receivers = page.getByRole('region', { name: 'Receivers' });
    await receivers.getByRole('row', { name: /^default/ }).waitFor();
    assert.ok(await receivers.getByRole('button', { name: 'Send a test to default' }).isDisabled());
  });
});

test('the metric page shows every host, the explorer answers PromQL and explains errors', async () => {
  await onPage('/metric/load_one', async (page) => {
    await page.getByRole('img', { name: /^One-minute load of (19\d|20\d) series/ }).waitFor();
    await page.getByRole('region', { name: 'Largest' }).getByRole('row').nth(12).waitFor();
  });
  await onPage('/metric/load_one?by=class', async (page) => {
    const figure = chart(page, 'Mean by class');
    await waitFor('a class', async () => /\d/.test(await legendValue(figure, 'COMPUTE')));
  });
  await onPage('/explore', async (page) => {
    const field = page.getByRole('textbox', { name: 'PromQL' });
    await field.fill('topk(3, loa');
    await page.getByRole('option', { name: /load_one/ }).waitFor();
    await field.fill('topk(3, load_one) + 0');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^\d+ series/ }).waitFor();
    const plan = page.getByRole('region', { name: 'Plan' });
    await plan.getByRole('row', { name: /load_one.* 1s average / }).waitFor();
    await field.fill('topk(3, foo(load_one))');
    await page.keyboard.press('Enter');
    assert.equal(await page.getByRole('alert').locator('mark').textContent(), 'foo');
  });
});

test('the explorer asks a query once: its chart draws the answer that named the lines', async () => {
  const toS = Math.floor(Date.now() / 1000) - 60;
  await onPage(`/explore?from=${toS - 600}&to=${toS}`, async (page) => {
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/query_range?')) asked.push(request.url());
    });
    await page.getByRole('textbox', { name: 'PromQL' }).fill('vector(7)');
    await page.keyboard.press('Enter');
    const figure = chart(page, 'vector(7)');
    await figure.locator('.legend b').filter({ hasText: '7' }).waitFor();
    assert.equal(asked.length, 1, asked.join('\n'));
  });
});

const PICTURES: readonly (readonly [name: string, path: string])[] = [
  ['overview', '/'],
  ['overview-table', '/?view=table'],
  ['host', `/host/${HOST}`],
  ['host-alerts', `/host/${HOST}?tab=alerts`],
  ['host-provisioning', `/host/${HOST}?tab=provisioning`],
  ['host-hardware', `/host/${HOST}?tab=hardware`],
  ['host-services', `/host/${HOST}?tab=services`],
  ['host-facts', `/host/${HOST}?tab=facts`],
  ['alerts', '/alerts'],
  ['machines', '/machines'],
  ['metrics', '/metric'],
  ['metric', '/metric/load_one?by=class&hosts=n[001-004]'],
  ['explore', '/explore?expr=topk(3%2C+load_one)'],
];
for (const [name, path] of PICTURES) {
  for (const theme of ['dark', 'light'] as const) {
    test(`${name} in ${theme}: no serious violation of WCAG AA`, async () => {
      await onPage(
        path,
        async (page) => {
          await page.waitForLoadState('networkidle');
          await keepPicture(page, `${name}-${theme}`);
          await assertAccessible(page, `${name} ${theme}`);
        },
        theme,
      );
    });
  }
}
