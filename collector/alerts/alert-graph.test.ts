import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawAlertGraph } from './alert-graph.ts';
import { seriesOf } from './testing/series.ts';

const LAST_S = 4000;
const END_MS = LAST_S * 1000;
const source = seriesOf({
  'load_one{host="n001"}': `1+0x${LAST_S - 1} 9`,
  'load_one{host="n002"}': `7+0x${LAST_S}`,
  'fs_full{host="n001",mount="/"}': `91+0x${LAST_S}`,
  'fs_full{host="n001",mount="/home"}': `20+0x${LAST_S}`,
  'limit{host="n001"}': `50+0x${LAST_S}`,
  'broken{host="n001"}': `NaN NaN`,
});

function draw(
  expr: string,
  { forMs = 0, labels = { host: 'n001' } as Record<string, string> } = {},
) {
  return drawAlertGraph(
    { expr, forMs, labels, endMs: END_MS },
    { source, isCanceled: () => false },
  );
}

for (const { name, expr, title, caption, texts } of [
  {
    name: 'the series of the alert, with its bound',
    expr: 'load_one > 2 * 4',
    title: 'n001: load_one',
    caption: '1970-01-01 00:06 to 01:06 UTC, threshold 8',
    texts: ['last 9, min 1, max 9'],
  },
  {
    name: 'a comparison of series has no bound',
    expr: 'fs_full > on(host) group_left limit',
    title: 'n001: fs_full',
    caption: '1970-01-01 00:06 to 01:06 UTC',
    texts: ['{mount="/"} last 91, min 91, max 91', '{mount="/home"} last 20, min 20, max 20'],
  },
  {
    name: 'of alternatives the first that has values',
    expr: 'broken > 1 or load_one > 8',
    title: 'n001: load_one',
    caption: '1970-01-01 00:06 to 01:06 UTC, threshold 8',
    texts: ['last 9, min 1, max 9'],
  },
]) {
  test(`graph of an alert: ${name}`, () => {
    const graph = draw(expr);
    assert.equal(graph?.title, title);
    assert.equal(graph.caption, caption);
    assert.deepEqual(
      graph.lines.map(({ text }) => text),
      texts,
    );
    assert.equal(Buffer.from(graph.png, 'base64').toString('latin1', 1, 4), 'PNG');
  });
}

test('a rule that waits for long is shown with six times as much', () => {
  assert.match(draw('load_one > 8', { forMs: 900_000 })?.caption ?? '', /1969-12-31 23:36 to 19/);
});

test('no series, no graph', () => {
  assert.equal(draw('load_one > 8', { labels: { host: 'n003' } }), null);
  assert.equal(draw('broken > 8'), null);
});
