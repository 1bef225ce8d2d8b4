import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ChartPanel, TablePanel } from '../../wire/views.ts';
import { parseView, VIEW_LENGTH_MAX } from './parse-view.ts';

const BUILT_IN = join(import.meta.dirname, 'built-in');

for (const file of readdirSync(BUILT_IN)) {
  test(`the built-in view ${file} has no problems`, () => {
    const { view, problems } = parseView(readFileSync(join(BUILT_IN, file), 'utf8'));
    assert.deepEqual(problems, []);
    assert.ok((view?.rows.length ?? 0) > 0);
  });
}

function firstPanel<P>(panel: string): P {
  const { view, problems } = parseView(`title: t\npanels:\n  - ${panel}\n`);
  assert.deepEqual(problems, []);
  return view!.rows[0]!.panels[0] as P;
}

test('what a file does not say has its default', () => {
  assert.deepEqual(firstPanel<ChartPanel>('expr: load_one'), {
    type: 'chart',
    title: 'load_one',
    description: '',
    width: 12,
    height: 170,
    style: 'line',
    queries: [{ expr: 'load_one', name: null, units: null }],
    min: null,
    max: null,
    limit: 12,
    warning: null,
    critical: null,
  });
});

const selectors = [
  { panel: 'metric: load_one', expr: 'load_one' },
  { panel: '{metric: load_one, host: n0.*}', expr: 'load_one{host=~"n0.*"}' },
  { panel: '{metric: load_.*}', expr: '{__name__=~"load_.*"}' },
  {
    panel: `{metric: load_.*, host: 'n\\d"'}`,
    expr: '{__name__=~"load_.*", host=~"n\\\\d\\""}',
  },
];
for (const { panel, expr } of selectors) {
  test(`${panel} asks for ${expr}`, () => {
    assert.equal(firstPanel<ChartPanel>(panel).queries[0]?.expr, expr);
  });
}

test('units of a panel are those of its columns, unless a column has its own', () => {
  const { queries } = firstPanel<TablePanel>(
    '{type: table, units: s, columns: [{expr: a, name: x}, {expr: b, units: "%"}]}',
  );
  assert.deepEqual(
    queries.map(({ units }) => units),
    ['s', '%'],
  );
});

const layouts = [
  { widths: [0], columns: [12] },
  { widths: [0, 0, 0, 0], columns: [3, 3, 3, 3] },
  { widths: [0, 0, 0, 0, 0], columns: [4, 4, 4, 4, 4] },
  { widths: [8, 0], columns: [8, 4] },
  { widths: [6, 0, 0], columns: [6, 3, 3] },
  { widths: [12, 0], columns: [12, 4] },
];
for (const { widths, columns } of layouts) {
  test(`panels of widths ${widths} take ${columns} columns`, () => {
    const panels = widths.map((width) => `{expr: a${width === 0 ? '' : `, width: ${width}`}}`);
    const { view } = parseView(`{title: t, panels: [${panels}]}`);
    assert.deepEqual(
      view?.rows[0]?.panels.map(({ width }) => width),
      columns,
    );
  });
}

const problems = [
  { name: 'nothing', text: '', at: '0:0 ', says: 'a view must be fields' },
  { name: 'a text', text: 'hello', at: '1:1 ', says: 'a view must be fields' },
  { name: 'no title', text: 'panels: [{expr: a}]', at: '1:1 ', says: 'needs a title' },
  { name: 'no panels', text: 'title: t', at: '1:1 ', says: 'either rows' },
  {
    name: 'rows and panels',
    text: 'title: t\nrows: []\npanels: []',
    at: '1:1 ',
    says: 'either rows',
  },
  {
    name: 'YAML that is none',
    text: 'title: t\npanels: [{expr: a}',
    at: '2:19 ',
    says: 'Flow sequence',
  },
  { name: 'a repeated key', text: 'title: t\ntitle: u', at: '2:1 ', says: 'unique' },
  {
    name: 'an unknown field',
    text: 'title: t\npanels:\n  - expr: a\n    unit: s',
    at: '4:5 panels[0].unit',
    says: 'did you mean units?',
  },
  {
    name: 'a type that is none',
    text: 'title: t\npanels: [{type: tabel, expr: a}]',
    at: '2:17 panels[0].type',
    says: 'one of chart, band, strip, table, value, text',
  },
  {
    name: 'a width beyond the grid',
    text: 'title: t\nrows:\n  - panels:\n      - expr: a\n        width: 13',
    at: '5:16 rows[0].panels[0].width',
    says: 'from 1 to 12',
  },
  {
    name: 'no expression',
    text: 'title: t\npanels:\n  - title: x',
    at: '3:5 panels[0]',
    says: 'either expr (PromQL) or metric',
  },
  {
    name: 'an expression that ends early',
    text: 'title: t\npanels:\n  - expr: sum(load_one',
    at: '3:23 panels[0].expr',
    says: 'unexpected end of input',
  },
  {
    name: 'a quoted expression with the wrong type',
    text: "title: t\npanels:\n  - expr: 'sum(rate(x))'",
    at: '3:21 panels[0].expr',
    says: 'expected type range vector',
  },
  {
    name: 'a regular expression that is none',
    text: 'title: t\npanels: [{metric: "load_("}]',
    at: '2:19 panels[0].metric',
    says: 'is no PromQL',
  },
  {
    name: 'bounds the wrong way round',
    text: 'title: t\npanels: [{expr: a, min: 5, max: 5}]',
    at: '2:33 panels[0].max',
    says: 'more than min',
  },
  {
    name: 'a range that is none',
    text: 'title: t\nrange: yesterday\npanels: [{expr: a}]',
    at: '2:8 range',
    says: '15m, 6h or 7d',
  },
  {
    name: 'an expression beside a list',
    text: 'title: t\npanels: [{expr: a, lines: [{expr: b}]}]',
    at: '2:17 panels[0].expr',
    says: 'belongs into lines',
  },
  {
    name: 'a variable with a bad name',
    text: 'title: t\nvariables: {a b: x}\npanels: [{expr: a}]',
    at: '2:18 variables.a b',
    says: 'letters, digits and _',
  },
];
for (const { name, text, at, says } of problems) {
  test(`${name} is a problem with its place`, () => {
    const { view, problems: found } = parseView(text);
    assert.equal(view, null);
    const [first] = found;
    assert.equal(`${first?.line}:${first?.column} ${first?.field}`, at, JSON.stringify(found));
    assert.match(first?.message ?? '', new RegExp(says.replace(/[()?]/g, '\\$&')));
  });
}

test('all problems are found in one pass, in the order of the file', () => {
  const text =
    'title: t\npanels:\n  - {expr: a, width: 0}\n  - {type: x}\n  - {expr: b, style: pie}';
  assert.deepEqual(
    parseView(text).problems.map(({ line }) => line),
    [3, 4, 5],
  );
});

test('expressions are checked with the defaults of variables', () => {
  const text =
    'title: t\nvariables: {n: 5, host: "a\\"b"}\npanels: [{expr: "topk($n, x{host=~\\"$host\\"})"}]';
  const { view } = parseView(text);
  assert.equal(
    (view!.rows[0]!.panels[0] as ChartPanel).queries[0]?.expr,
    'topk($n, x{host=~"$host"})',
  );
});

test('a file of any size or shape is read or refused, never more', () => {
  assert.match(
    parseView('#'.repeat(VIEW_LENGTH_MAX + 1)).problems[0]?.message ?? '',
    /larger than 256 KiB/,
  );
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), fc.jsonValue(), (text, value) => {
      parseView(text);
      parseView(`title: t\npanels: ${text}`);
      const { view, problems: found } = parseView(JSON.stringify({ title: 't', rows: value }));
      assert.equal(view === null, found.length > 0);
    }),
    { numRuns: 200 },
  );
});
