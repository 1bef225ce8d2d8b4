/** Views in a real browser over a real appliance: shown, made, edited, saved, lost to somebody else, imported, rotating on a wall. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright';
import type { ServerFile } from '../wire/http.ts';
import type { ViewFile } from '../wire/views.ts';
import { type Appliance, CLUSTERMON, startAppliance } from './harness/appliance.ts';
import { assertAccessible, keepPicture, openPage, startBrowser } from './harness/browser.ts';
import { startProcess, waitFor } from './harness/process.ts';

const HOSTS = 24;
const GANGLIA = join(import.meta.dirname, '../collector/views/testdata/view_web.json');
const LOAD = `# by hand
title: Load of all
range: 5m
panels:
  - title: Load
    expr: load_one
    limit: 5
  - title: Highest
    type: table
    expr: load_one
    limit: 3
`;

let appliance: Appliance;
let browser: Browser;

before(async () => {
  [appliance, browser] = await Promise.all([
    startAppliance({ args: ['--demo', String(HOSTS)] }),
    startBrowser(),
  ]);
  await waitFor(
    'values of most hosts',
    async () => {
      const answer = await appliance.get<{ data: { result: readonly unknown[] } }>(
        '/api/v1/query?query=rate(bytes_in[10s])',
      );
      return answer.data.result.length >= HOSTS / 2;
    },
    60_000,
  );
});

after(async () => {
  await browser?.close();
  await appliance?.close();
});

interface OnPage {
  readonly theme?: 'dark' | 'light';
  readonly prepare?: (page: Page) => Promise<unknown>;
}

/** Opens a path, runs the steps, and checks that nothing went wrong on the page. */
async function onPage(
  path: string,
  steps: (page: Page) => Promise<void>,
  options: OnPage = {},
): Promise<void> {
  const { page, faults } = await openPage(browser, appliance.url + path, options);
  try {
    await steps(page);
    assert.deepEqual(faults, []);
  } finally {
    await page.close();
  }
}

function heading(page: Page, name: string): Locator {
  return page.getByRole('heading', { level: 1, name, exact: true });
}

/** Writes as git or an editor does: past the appliance. */
function writeFile(name: string, text: string): void {
  mkdirSync(join(appliance.data, 'views'), { recursive: true });
  writeFileSync(join(appliance.data, 'views', `${name}.yaml`), text);
}

function fileOf(name: string): string {
  return readFileSync(join(appliance.data, 'views', `${name}.yaml`), 'utf8');
}

/** Somebody else saves. */
async function saveElsewhere(name: string, text: string): Promise<void> {
  const url = `${appliance.url}/api/views/${name}`;
  const { version } = (await (await fetch(url)).json()) as ViewFile;
  const response = await fetch(url, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'if-match': `"${version}"` },
    body: JSON.stringify({ text }),
  });
  assert.equal(response.status, 200, await response.text());
}

const BUILT_IN = [
  { name: 'cluster', title: 'Cluster', chart: 'Network of the cluster', table: 'Busiest hosts' },
  { name: 'disks', title: 'Disks', chart: 'Most busy disks', table: 'Fullest file systems' },
  { name: 'network', title: 'Network', chart: 'Connections', table: 'Most traffic' },
];
for (const { name, title, chart, table } of BUILT_IN)
  for (const theme of ['dark', 'light'] as const) {
    test(`the view ${title} shows values, in ${theme}`, async () => {
      await onPage(
        `/view/${name}`,
        async (page) => {
          await heading(page, title).waitFor();
          const legend = page.getByRole('figure', { name: chart }).getByRole('button');
          // A chart that was asked for before its hosts had sent anything looks again.
          await waitFor(
            'a value in the legend',
            async () => (await legend.allTextContents()).some((text) => /\d/.test(text)),
            60_000,
          );
          const rows = page.getByRole('region', { name: table }).getByRole('row');
          await waitFor('rows of the table', async () => (await rows.count()) > 5);
          assert.equal(await page.getByRole('main').getByRole('alert').count(), 0);
          await assertAccessible(page, `${name} ${theme}`);
          await keepPicture(page, `view-${name}-${theme}`);
        },
        { theme },
      );
    });
  }

test('numbers and tables go on by themselves, once a second', async () => {
  writeFile('clock', 'title: Clock\npanels:\n  - {title: Now, type: value, expr: time() % 60}\n');
  await onPage('/view/clock', async (page) => {
    const value = page.getByRole('region', { name: 'Now', exact: true });
    const first = await waitFor('a number', async () => /\d+/.exec(await value.innerText())?.[0]);
    await waitFor('another number', async () => /\d+/.exec(await value.innerText())?.[0] !== first);
  });
});

test('a chart of a view opens as a picture that the server draws, with the lines of all its queries', async () => {
  await onPage('/view/cluster', async (page) => {
    const figure = page.getByRole('figure', { name: 'Network of the cluster' });
    await figure.getByRole('button', { name: /^Actions for/ }).click();
    const opened = page.context().waitForEvent('page');
    await page.getByRole('button', { name: 'Open as SVG' }).click();
    const picture = await opened;
    const answer = await fetch(picture.url());
    assert.equal(answer.headers.get('content-type'), 'image/svg+xml; charset=utf-8');
    const lines = (await answer.text()).match(/<(path|polyline) /g) ?? [];
    assert.ok(lines.length >= 2, `${lines.length} lines`);
    await picture.close();
  });
});

test('a view is made, with its faults in place, compared, saved, and there after a reload', async () => {
  await onPage('/views', async (page) => {
    await page.getByRole('button', { name: 'New view' }).click();
    const name = page.getByRole('textbox', { name: 'Name of the new view' });
    await name.fill('disks');
    await page.getByText('there is a view of this name').waitFor();
    await name.fill('mine');
    await page.getByRole('button', { name: 'Make it' }).click();

    const yaml = page.getByLabel('YAML');
    await yaml.fill(LOAD.replace('limit: 5', 'limits: 5').replace('type: table', 'type: tabel'));
    const problems = page.getByRole('status', { name: 'Problems' });
    await problems.getByText(/no field limits; did you mean limit\?/).waitFor();
    assert.ok(await page.getByRole('button', { name: 'Review and save' }).isDisabled());
    await problems.getByRole('button', { name: 'line 9, column 11' }).click();
    const selected = await page.evaluate('getSelection().toString()');
    assert.equal(selected, 'tabel');
    await assertAccessible(page, 'editor with problems');

    await yaml.fill(LOAD);
    const preview = page.getByRole('region', { name: 'Preview' });
    await preview.getByRole('figure', { name: 'Load' }).waitFor();
    await keepPicture(page, 'view-editor-dark');
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('region', { name: 'Changes' }).getByText('11 lines added').waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await heading(page, 'Load of all').waitFor();
    assert.equal(fileOf('mine'), LOAD);

    await page.reload();
    await heading(page, 'Load of all').waitFor();
    const rows = page.getByRole('region', { name: 'Highest' }).getByRole('row');
    await waitFor('head and three hosts', async () => (await rows.count()) === 4);
    assert.match(page.url(), /range=5m/);
  });
});

test('a change shows as a diff, and Ctrl-S leads to it', async () => {
  writeFile('diffed', LOAD);
  await onPage(
    '/view/diffed',
    async (page) => {
      await page.getByRole('button', { name: 'Edit' }).click();
      const yaml = page.getByLabel('YAML');
      await yaml.fill(LOAD.replace('limit: 3', 'limit: 7'));
      await page.getByRole('status', { name: 'Problems' }).getByText('no problems').waitFor();
      await yaml.press('Control+s');
      const changes = page.getByRole('region', { name: 'Changes' });
      await changes.getByText('1 line added, 1 line removed').waitFor();
      await changes.getByText('added: limit: 7').waitFor();
      await assertAccessible(page, 'diff');
      await keepPicture(page, 'view-diff-light');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByRole('button', { name: 'Edit' }).waitFor();
      assert.match(fileOf('diffed'), /# by hand\n(.*\n)*.*limit: 7/);
    },
    { theme: 'light' },
  );
});

test('who saves too late sees both texts, and nothing is overwritten unseen', async () => {
  writeFile('shared', LOAD);
  await onPage('/view/shared?edit=1', async (page) => {
    const yaml = page.getByLabel('YAML');
    await yaml.fill(LOAD.replace('Load of all', 'Mine'));
    await page.getByRole('button', { name: 'Review and save' }).click();
    await saveElsewhere('shared', LOAD.replace('Load of all', 'Theirs'));
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('alert').getByText('shared was saved by somebody else').waitFor();
    const both = page.getByRole('region', { name: 'From the saved text to yours' });
    await both.getByText('title: Theirs').waitFor();
    await both.getByText('title: Mine').waitFor();
    await keepPicture(page, 'view-conflict-dark');
    assert.match(fileOf('shared'), /title: Theirs/);

    await page.getByRole('button', { name: 'Go on editing mine' }).click();
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await heading(page, 'Mine').waitFor();
    assert.match(fileOf('shared'), /title: Mine/);
  });
});

test('a file that git changes shows by itself, and says what is wrong with it', async () => {
  writeFile('from-git', LOAD);
  await onPage('/view/from-git', async (page) => {
    await heading(page, 'Load of all').waitFor();
    writeFile('from-git', LOAD.replace('Load of all', 'Pulled'));
    await heading(page, 'Pulled').waitFor();
    writeFile('from-git', `${LOAD}  - {expr: 'sum('}\n`);
    const alert = page.getByRole('alert');
    await alert.getByText(/line 12, column \d+: panels\[2\]\.expr is no PromQL/).waitFor();
    await assertAccessible(page, 'broken view');
  });
});

test('a view is duplicated and deleted', async () => {
  writeFile('first', LOAD);
  await onPage('/view/first', async (page) => {
    await page.getByRole('button', { name: 'Duplicate' }).click();
    const form = page.getByRole('form', { name: 'Name of the copy' });
    await form.getByRole('textbox').fill('second');
    await form.getByRole('button', { name: 'Duplicate' }).click();
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete second' }).click();
    await heading(page, 'Views').waitFor();
    await page.getByRole('cell', { name: 'first.yaml' }).waitFor();
    assert.equal(await page.getByRole('cell', { name: 'second.yaml' }).count(), 0);
  });
});

test('who may only look cannot change anything', async () => {
  const { url } = JSON.parse(
    readFileSync(join(appliance.data, 'server.json'), 'utf8'),
  ) as ServerFile;
  const adding = startProcess(CLUSTERMON, [
    ...['--data', appliance.data],
    ...['token', 'add', 'looker', '--role', 'viewer', '--json'],
  ]);
  await adding.ended;
  const token = /cmon_[\w-]+/.exec(adding.output())![0];
  const headers = { authorization: `Bearer ${token}` };
  await onPage(
    '/view/cluster?edit=1',
    async (page) => {
      await page.getByText('you may look, not change').waitFor();
      assert.equal(await page.getByRole('button', { name: 'Edit' }).count(), 0);
    },
    { prepare: (page) => page.setExtraHTTPHeaders(headers) },
  );
  const refused = await fetch(`${url}/api/views/cluster`, { method: 'DELETE', headers });
  assert.equal(refused.status, 403);
});

test('the command line lists, shows, checks and imports', async () => {
  const run = async (...args: string[]) => {
    const running = startProcess(CLUSTERMON, ['--data', appliance.data, 'view', ...args]);
    return { code: await running.ended, output: running.output() };
  };
  writeFile('bad', 'title: x\npanels: [{expr: "sum("}]\n');
  assert.match((await run('list')).output, /bad +own +0 +1 problems/);
  assert.match((await run('show', 'disks')).output, /^title: Disks/m);
  const check = await run('check', join(appliance.data, 'views/bad.yaml'));
  assert.equal(check.code, 1);
  assert.match(check.output, /bad\.yaml:2:\d+: panels\[0\]\.expr is no PromQL/);
  const imported = await run('import', '--save', '--name', 'web', GANGLIA);
  assert.match(imported.output, /not carried over: its parent Production/);
  assert.match(fileOf('web'), /web-0\[2-7\]/);
  assert.match((await run('import', '--save', '--name', 'web', GANGLIA)).output, /already/);
});

test('variables are fields whose values are in the URL', async () => {
  writeFile(
    'vars',
    'title: Vars\nvariables: {host: .*}\npanels:\n  - {title: Some, type: table, expr: \'load_one{host=~"$host"}\'}\n',
  );
  await onPage('/view/vars', async (page) => {
    const table = page.getByRole('region', { name: 'Some' });
    await waitFor('ten hosts', async () => (await table.getByRole('row').count()) > 10);
    const host = page.getByRole('combobox', { name: 'host' });
    await host.fill('n00[12]');
    await host.press('Enter');
    await waitFor('two hosts', async () => (await table.getByRole('row').count()) === 3);
    assert.match(page.url(), /var-host=n00/);
    await host.fill('n00[');
    await host.press('Enter');
    await table.getByRole('alert').waitFor();
  });
});

test('a view of Ganglia is pasted, and what it lacks is said', async () => {
  await onPage('/views', async (page) => {
    await page.getByRole('button', { name: 'Import from Ganglia' }).click();
    const form = page.getByRole('region', { name: 'Import from Ganglia' });
    await form.getByLabel("JSON of Ganglia's view").fill('{"items": []}');
    await form.getByRole('button', { name: 'Convert' }).click();
    await form
      .getByRole('alert')
      .getByText(/no item that can be shown/)
      .waitFor();
    await form.getByLabel("JSON of Ganglia's view").fill(readFileSync(GANGLIA, 'utf8'));
    await form.getByRole('button', { name: 'Convert' }).click();
    await form.getByText('item 3: the report apache_report is not known here').waitFor();
    await keepPicture(page, 'view-import-dark');
    await form.getByRole('button', { name: 'See and save it as web-servers' }).click();
    // The name of this panel is markup.
    await page.getByRole('region', { name: 'Load <b>now</b>' }).waitFor();
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await heading(page, 'Web servers').waitFor();
  });
});

test('names of views, panels, series and links are text', async () => {
  const hostile = '<img src=x onerror=alert(1)>';
  const quoted = JSON.stringify(hostile);
  const expr = JSON.stringify(`label_replace(vector(1), "host", ${quoted}, "", "")`);
  writeFile(
    'hostile',
    `title: ${quoted}\ndescription: ${quoted}\npanels:
  - {title: ${quoted}, type: table, expr: ${expr}}
  - {title: line ${hostile}, expr: ${expr}, name: '{{host}}'}
  - {title: strip ${hostile}, type: strip, expr: ${expr}}
  - {title: value, type: value, values: [{name: '{{host}}', expr: ${expr}}]}
  - {title: text, type: text, text: ${JSON.stringify(`${hostile} [x](javascript:alert(1)) "; DROP \u202etxet`)}}
`,
  );
  await onPage('/view/hostile', async (page) => {
    await heading(page, hostile).waitFor();
    await page.getByRole('rowheader', { name: hostile }).waitFor();
    await page
      .getByRole('figure', { name: `line ${hostile}` })
      .getByText(hostile)
      .last()
      .waitFor();
    await page.getByRole('region', { name: 'value' }).getByText(hostile).waitFor();
    await page.getByText('[x](javascript:alert(1))').waitFor();
    assert.equal(await page.locator('main img').count(), 0);
    await keepPicture(page, 'view-hostile-dark');
  });
  await onPage('/views', async (page) => {
    await page.getByRole('link', { name: hostile }).waitFor();
  });
});

test('a strip says the same as a table', async () => {
  writeFile('strip', 'title: S\npanels: [{title: Loads, type: strip, expr: load_one}]\n');
  await onPage('/view/strip', async (page) => {
    await page.getByText('as table').click();
    const rows = page.getByRole('table', { name: 'Loads' }).getByRole('row');
    await waitFor('a row per host', async () => (await rows.count()) > HOSTS / 2);
    assert.match((await rows.nth(1).textContent()) ?? '', /\d/);
    await assertAccessible(page, 'strip');
  });
});

test('panels that nobody has seen ask for nothing', async () => {
  const panel = (index: number) =>
    `  - {title: 'P${index}', width: 12, height: 600, expr: 'load_one * ${index}'}\n`;
  writeFile('long', `title: Long\npanels:\n${[1, 2, 3, 4, 5, 6].map(panel).join('')}`);
  await onPage('/view/long', async (page) => {
    const asked: string[] = [];
    page.on('request', (request) => asked.push(decodeURIComponent(request.url())));
    await page.reload();
    await page.getByRole('figure', { name: 'P1' }).waitFor();
    assert.ok(!asked.some((url) => url.includes('load_one+*+6')), asked.join('\n'));
    await page.getByRole('region', { name: 'P6' }).scrollIntoViewIfNeeded();
    await page.getByRole('figure', { name: 'P6' }).waitFor();
  });
});

test('a panel that cannot be answered leaves the others alone', async () => {
  writeFile(
    'faulty',
    'title: Faulty\npanels:\n  - {title: Bad, expr: "load_one / on (rack) load_one"}\n  - {title: None, expr: no_such_metric}\n  - {title: Good, expr: load_one}\n',
  );
  await onPage('/view/faulty', async (page) => {
    await page.getByRole('region', { name: 'Bad' }).getByRole('alert').waitFor();
    await page.getByRole('region', { name: 'None' }).getByText('No series in this range').waitFor();
    await page.getByRole('figure', { name: 'Good' }).waitFor();
  });
});

for (const theme of ['dark', 'light'] as const) {
  test(`a wall shows one view after the other, and holds when somebody is there, in ${theme}`, async () => {
    await onPage(
      '/wall?views=cluster,network&every=3s',
      async (page) => {
        await heading(page, 'Cluster').waitFor();
        assert.equal(await page.getByRole('navigation').count(), 0);
        await page.getByRole('region', { name: 'Alerts' }).waitFor();
        await heading(page, 'Network').waitFor();
        await heading(page, 'Cluster').waitFor();
        // The wall may turn just before a key holds it.
        const held = page.getByText(/\d of 2, held/);
        await page.keyboard.press('ArrowRight');
        await held.waitFor();
        if ((await held.textContent())?.startsWith('1')) await page.keyboard.press('ArrowRight');
        await page.getByText('2 of 2, held').waitFor();
        await page.getByRole('figure', { name: 'Connections' }).waitFor();
        await assertAccessible(page, `wall ${theme}`);
        const bottom = () => page.evaluate('document.documentElement.scrollHeight');
        await waitFor('the view to fit the screen', async () => Number(await bottom()) <= 900);
        await keepPicture(page, `wall-${theme}`);
        await heading(page, 'Network').waitFor();
      },
      { theme },
    );
  });
}

test('everything is reached by the keyboard: to the list, to a view, into its text and out of it', async () => {
  await onPage('/', async (page) => {
    await page.getByRole('button', { name: 'live' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('v');
    await heading(page, 'Views').waitFor();
    await page.getByRole('link', { name: 'Disks' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Edit' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('YAML').focus();
    await page.keyboard.press('Tab');
    const focused = await page.evaluate('document.activeElement.textContent');
    assert.equal(focused, 'Close');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Edit' }).waitFor();
    await page.keyboard.press('/');
    await page.getByRole('combobox', { name: 'Search' }).fill('network');
    await page.getByRole('option', { name: /^Network.*view$/ }).waitFor();
  });
});

test('the list is accessible in both themes', async () => {
  for (const theme of ['dark', 'light'] as const)
    await onPage(
      '/views',
      async (page) => {
        await page.getByRole('link', { name: 'Cluster', exact: true }).waitFor();
        await assertAccessible(page, `views ${theme}`);
        await keepPicture(page, `views-${theme}`);
      },
      { theme },
    );
});
