/** What the page says and does when something is wrong: the failures come from a server that plays them. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Browser, Page } from 'playwright';
import { FakeAppliance } from '../ui/testing/fake-appliance.ts';
import {
  assertAccessible,
  keepPicture,
  openPage,
  pointAt,
  startBrowser,
} from './harness/browser.ts';
import { waitFor } from './harness/process.ts';

let browser: Browser;
let server: FakeAppliance;
let url: string;

before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser.close();
});
beforeEach(async (context) => {
  server = new FakeAppliance(50);
  url = await server.start();
  if ('after' in context) context.after(() => server.close());
});

async function onPage(
  path: string,
  steps: (page: Page) => Promise<void>,
  prepare?: (page: Page) => Promise<unknown>,
): Promise<void> {
  const { page, faults } = await openPage(browser, url + path, prepare ? { prepare } : {});
  try {
    await steps(page);
    assert.deepEqual(faults, []);
  } finally {
    await page.close();
  }
}

const isLive = (page: Page) => page.getByRole('button', { name: 'live', exact: true }).waitFor();

test('a restart of the collector is said, with the age of the data, and over by itself', async () => {
  await onPage('/', async (page) => {
    await isLive(page);
    const { port } = new URL(url);
    await server.close();
    const banner = page.getByRole('alert').filter({ hasText: 'The collector does not answer' });
    await page.getByText(/What you see is .* old; (next try in \d+ s|trying now)/).waitFor();
    // What changes each second is not read out each second.
    assert.equal(await banner.textContent(), 'The collector does not answer.');
    await keepPicture(page, 'fault-no-connection');
    server = new FakeAppliance(50);
    await server.start(Number(port));
    await banner.waitFor({ state: 'detached' });
    await isLive(page);
    await page.getByRole('status').getByText('The collector answers again.').waitFor();
    await server.close();
  });
});

test('a page that was hidden loads what it missed, and calls that no fault', async () => {
  await onPage('/host/n001', async (page) => {
    await isLive(page);
    await page.getByRole('figure', { name: 'Load' }).locator('.u-over').waitFor();
    const setHidden = (isHidden: boolean) =>
      page.evaluate(
        `Object.defineProperty(document, 'hidden', { configurable: true, value: ${isHidden} });
        document.dispatchEvent(new Event('visibilitychange'))`,
      );
    await setHidden(true);
    await page.getByRole('button', { name: 'connecting' }).waitFor();
    const asked = page.waitForRequest((one) => one.url().includes('/api/series?'));
    await setHidden(false);
    await asked;
    await isLive(page);
    assert.equal(await page.getByText('The collector answers again.').count(), 0);
  });
});

test('what is known stays while nobody answers', async () => {
  await onPage('/machine/n202', async (page) => {
    await isLive(page);
    const known = page.getByText('never asked for the kernel');
    await known.waitFor();
    const failed = page.waitForEvent('requestfailed', (one) => one.url().includes('/explain/'));
    await server.close();
    await failed;
    await page.getByRole('alert').filter({ hasText: 'The collector does not answer' }).waitFor();
    assert.ok(await known.isVisible());
  });
});

test('a token that ended leads to the sign-in page, which leads back', async () => {
  server.failures.set('/api/hosts/n001', [401, 'this needs a token']);
  await onPage('/host/n001?range=5m', async (page) => {
    await page.waitForURL((to) => to.pathname === '/login');
    assert.equal(new URL(page.url()).searchParams.get('to'), '/host/n001?range=5m');
  });
});

test('what the appliance refuses is said beside the button', async () => {
  const refused = 'DELETE needs the role operator, token looker has viewer';
  server.failures.set('/api/rules/Mine', [403, refused]);
  server.rules = [
    {
      ...{ name: 'Mine', expr: 'load_one > 8', forSeconds: 0, severity: 'warning', error: null },
      ...{ state: 'inactive', origin: 'added' },
    },
  ];
  await onPage('/alerts', async (page) => {
    const rule = page.getByRole('row', { name: /Mine/ });
    await rule.getByRole('button', { name: 'Remove the rule Mine' }).click();
    await rule.getByRole('button', { name: 'Really remove?' }).click();
    await rule.getByRole('alert').getByText(refused).waitFor();
    await rule.getByRole('button', { name: 'Remove the rule Mine' }).waitFor();
  });
});

test('a chart whose query fails says why, the others go on, and it tries again', async () => {
  server.failures.set('/api/bands', [500, 'the disk is gone']);
  await onPage('/', async (page) => {
    const chart = page.getByRole('figure', { name: 'CPU user' });
    await chart.getByText('the disk is gone').waitFor();
    await page
      .getByRole('region', { name: /^Top 10 by CPU busy/ })
      .getByRole('listitem')
      .nth(9)
      .waitFor();
    await keepPicture(page, 'fault-query');
    server.failures.clear();
    await chart.getByRole('button', { name: 'Try again' }).click();
    await chart.getByText('the disk is gone').waitFor({ state: 'detached' });
  });
});

test('a host that is not known, and one that is down', async () => {
  await onPage('/host/nobody', async (page) => {
    await page.getByRole('alert').getByText('/api/hosts/nobody').waitFor();
  });
  await onPage('/host/n042', async (page) => {
    await page.getByText(/^down, last heard 20\d\d-/).waitFor();
    await page.getByRole('figure', { name: 'Load' }).waitFor();
    await keepPicture(page, 'host-down');
  });
});

test('a host that is down keeps its charts, greyed, and says since when there is no data', async () => {
  await onPage('/host/n042', async (page) => {
    const figure = page.getByRole('figure', { name: 'Load' });
    await page.locator('.silent .chart-body canvas').first().waitFor();
    const described = figure.getByText(/no data since \d\d:\d\d:\d\d · n042 down/);
    await waitFor('the words', async () => (await described.count()) === 1);
  });
});

test('a host that goes down is said at once, and comes back the same way', async () => {
  await onPage('/host/n001', async (page) => {
    // What is told before the page listens is told to nobody.
    await isLive(page);
    const heading = page.locator('.page-head');
    await heading.getByText('up', { exact: true }).waitFor();
    const [first] = server.hosts;
    server.tell({ kind: 'hosts', hosts: [{ ...first!, state: 'down' }] });
    await heading.getByText(/^down, last heard/).waitFor();
    server.tell({ kind: 'hosts', hosts: [first!] });
    await heading.getByText('up', { exact: true }).waitFor();
  });
});

test('a chart shows its numbers as a table, with their summary', async () => {
  await onPage('/host/n001', async (page) => {
    const figure = page.getByRole('figure', { name: 'Network traffic' });
    await figure.getByRole('button', { name: 'Actions for Network traffic' }).click();
    await page.getByRole('button', { name: 'Show as a table' }).click();
    const table = page.getByRole('region', { name: 'Values of Network traffic' });
    await table.getByRole('columnheader', { name: 'in all' }).waitFor();
    await table.getByRole('row', { name: /^in .*B$/ }).waitFor();
    await table
      .getByRole('row', { name: /^20\d\d-/ })
      .nth(40)
      .waitFor();
  });
});

test('a range without values says so, in place of an empty frame', async () => {
  server.hosts = server.hosts.map((host) => ({ ...host, state: 'down', lastSeenMs: 0 }));
  await onPage('/host/n001', async (page) => {
    await page.getByRole('figure', { name: 'Load' }).getByText('No values in this range').waitFor();
  });
});

test('problems of the appliance stand across the page', async () => {
  await onPage('/', async (page) => {
    await isLive(page);
    server.tell({
      kind: 'problems',
      problems: [{ code: 'disk-full', text: 'The disk is full.', sinceMs: Date.now() }],
    });
    await page.getByRole('alert').getByText('The disk is full.').waitFor();
    server.tell({ kind: 'problems', problems: [] });
    await page.getByText('The disk is full.').waitFor({ state: 'detached' });
  });
});

test('an appliance without hosts explains the next step with its command', async () => {
  server.hosts = [];
  await onPage('/', async (page) => {
    await page.getByRole('heading', { name: 'No host has reported yet' }).waitFor();
    await page.getByText('clustermon up --pxe', { exact: false }).first().waitFor();
    await keepPicture(page, 'empty-appliance');
    await assertAccessible(page, 'empty appliance');
  });
});

test('a browser clock that is an hour off changes nothing: the collector tells the time', async () => {
  const wrongClock = 'const now = Date.now; Date.now = () => now() + 3_600_000;';
  await onPage(
    '/host/n001',
    async (page) => {
      await isLive(page);
      const figure = page.getByRole('figure', { name: 'Load' });
      await waitFor('a live value', async () =>
        /\d/.test(
          (await figure.getByRole('button', { name: /^one/ }).locator('b').textContent()) ?? '',
        ),
      );
      await figure.focus();
      await page.keyboard.press('End');
      const spoken = await waitFor('the time of the last row', async () => {
        const text = (await figure.getByRole('status').last().textContent()) ?? '';
        return text.includes('one') ? text : undefined;
      });
      const second = Date.parse(spoken.slice(0, 19).replace(' ', 'T'));
      assert.ok(Math.abs(second - Date.now()) < 30_000, spoken);
    },
    (page) => page.addInitScript(wrongClock),
  );
});

/** Columns that a long name must not push away. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  '/?view=table': ['State', 'CPU busy'],
  '/alerts': ['Value', 'What is done about it'],
};
const HOSTILE = [
  'constructor',
  '<img src=x onerror=alert(1)>',
  '"; DROP TABLE hosts; --',
  '\u202Ertl-\u05D0\u05D1\u05D2',
  `long-${'x'.repeat(4_000)}`,
];
for (const name of HOSTILE) {
  test(`a host named ${JSON.stringify(name.slice(0, 30))} is shown as text everywhere`, async () => {
    server.hosts = server.hosts.slice(0, 3);
    server.hosts[0] = { ...server.hosts[0]!, name, labels: { rack: name, class: name } };
    server.alerts = [{ ...server.alerts[0]!, rule: name, labels: { host: name } }];
    for (const path of [
      '/',
      '/?view=table',
      '/alerts',
      `/host/${encodeURIComponent(name)}`,
      '/metric/load_one',
    ]) {
      await onPage(path, async (page) => {
        await isLive(page);
        await waitFor(`the name on ${path}`, async () =>
          (await page.locator('main').textContent())?.includes(name),
        );
        assert.equal(await page.locator('main img').count(), 0);
        const width = await page.evaluate('document.documentElement.scrollWidth');
        assert.equal(width, 1440, `${path.slice(0, 20)} is not pushed out of its width`);
        for (const title of COLUMNS[path] ?? []) {
          const head = page.getByRole('columnheader', { name: title, exact: true });
          const { x } = (await head.boundingBox())!;
          assert.ok(x < 1440, `${path}: the column ${title} is at ${x}`);
        }
      });
    }
  });
}

test('a machine is installed again only when the count is typed', async () => {
  await onPage('/machines', async (page) => {
    await page.getByRole('checkbox', { name: 'Select n001' }).check();
    await page.getByRole('button', { name: 'Install again 1' }).click();
    const dialog = page.getByRole('dialog', { name: 'Confirm' });
    const button = dialog.getByRole('button', { name: 'Do it' });
    assert.ok(await button.isDisabled());
    await dialog.getByRole('textbox').fill('1');
    await button.click();
    await waitFor('the request', async () => server.posted.includes('/api/pxe/nodes/n001/install'));
  });
  await onPage('/machine/n202', async (page) => {
    await page.getByText('never asked for the kernel').waitFor();
    await keepPicture(page, 'machine');
    await assertAccessible(page, 'machine');
  });
});

test('of machines that are refused something, the first is named and the others are counted', async () => {
  for (const name of ['new-01', 'new-02'])
    server.failures.set(`/api/pxe/nodes/${name}/approve`, [409, 'its classes are not known']);
  await onPage('/machines', async (page) => {
    for (const name of ['new-01', 'new-02'])
      await page.getByRole('checkbox', { name: `Select ${name}` }).check();
    await page.getByRole('button', { name: 'Approve 2' }).click();
    const refused = 'new-01: its classes are not known (1 more refused)';
    await page.getByRole('alert').getByText(refused).waitFor();
  });
});

const PHONE = { width: 390, height: 844 };
for (const path of [
  '/',
  '/host/n001',
  '/alerts',
  '/machines',
  '/metric',
  '/metric/load_one',
  '/explore',
]) {
  test(`on a phone nothing of ${path} is wider than the screen`, async () => {
    const { page, faults } = await openPage(browser, url + path, PHONE);
    await isLive(page);
    await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), PHONE.width);
    assert.deepEqual(faults, []);
    await page.close();
  });
}

test('on a phone an alert is acknowledged without scrolling sideways', async () => {
  const { page, faults } = await openPage(browser, `${url}/alerts`, PHONE);
  const alerts = page.getByRole('table').filter({ hasText: 'What is done about it' });
  const button = alerts.getByRole('row', { name: /n003/ }).getByRole('button', { name: /^Ack/ });
  await button.waitFor();
  const { x, width } = (await button.boundingBox())!;
  assert.ok(x >= 0 && x + width <= PHONE.width, `Ack reaches from ${x} to ${x + width}`);
  await assertAccessible(page, 'alerts on a phone');
  assert.deepEqual(faults, []);
  await page.close();
});

test('on paper the page is light and without what can only be clicked on', async () => {
  await onPage('/host/n001', async (page) => {
    await isLive(page);
    const theme = () => page.locator('html').getAttribute('data-theme');
    assert.equal(await theme(), 'dark');
    await page.emulateMedia({ media: 'print' });
    await waitFor('the light theme', async () => (await theme()) === 'light');
    await page.getByRole('navigation', { name: 'Pages' }).waitFor({ state: 'hidden' });
    await page.getByRole('figure', { name: 'Load' }).waitFor();
    await page.emulateMedia({ media: 'screen' });
    await waitFor('the dark theme', async () => (await theme()) === 'dark');
  });
});

test('charts stand still while they are read, and catch up afterwards', async () => {
  await onPage('/host/n001', async (page) => {
    const figure = page.getByRole('figure', { name: 'Load' });
    const value = figure.getByRole('button', { name: /^one/ }).locator('b');
    await waitFor('a value', async () => /\d/.test((await value.textContent()) ?? ''));
    await pointAt(figure.locator('.u-over'), { share: 0.5, top: 20 });
    const held = await value.textContent();
    const seen = server.ticks;
    await waitFor('three more ticks', async () => server.ticks >= seen + 3);
    assert.equal(await value.textContent(), held);
    await page.mouse.move(0, 0);
    await waitFor('the newest value', async () => (await value.textContent()) !== held);
  });
});
