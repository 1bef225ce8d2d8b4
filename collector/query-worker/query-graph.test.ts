import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Labels } from '../query/labels.ts';
import { MemorySource } from '../query/memory-source.ts';
import { answerGraph } from './query-graph.ts';

const source = new MemorySource();
const add = (name: string, host: string, values: readonly (number | undefined)[]) =>
  source.add(
    Labels.from({ __name__: name, host }),
    values.flatMap((value, index) =>
      value === undefined ? [] : [{ timeMs: 1_000_000 + index * 10_000, value, isStale: false }],
    ),
  );
add('load', 'a', [1, 2, 3]);
add('load', '<b>"', [4, undefined, Number.POSITIVE_INFINITY]);
add('heat', 'a', [20, 21, 22]);

function graph(path: Parameters<typeof answerGraph>[0], params: string) {
  return answerGraph(path, new URLSearchParams(params), { source, nowMs: () => 1_020_000 });
}

const RANGE = 'start=1000&end=1020&step=10&lookback_delta=5s';

test('each series of each query is a column; what is no finite number is nothing', () => {
  const { status, type, body } = graph('query_range.csv', `query=load&query=heat%2B1&${RANGE}`);
  assert.deepEqual([status, type], [200, 'text/csv; charset=utf-8']);
  assert.deepEqual(body.split('\r\n'), [
    'time,"load{host=""<b>\\""""}","load{host=""a""}","{host=""a""}"',
    '1970-01-01T00:16:40.000Z,4,1,21',
    '1970-01-01T00:16:50.000Z,,2,22',
    '1970-01-01T00:17:00.000Z,,3,23',
    '',
  ]);
});

test('JSON has the series of all queries in one matrix', () => {
  const { type, body } = graph('query_range.json', `query=load{host="a"}&query=heat&${RANGE}`);
  const { status, data } = JSON.parse(body);
  assert.deepEqual([type, status, data.resultType], ['application/json', 'success', 'matrix']);
  assert.deepEqual(
    data.result.map(({ metric }: { metric: { __name__: string } }) => metric.__name__),
    ['load', 'heat'],
  );
});

test('a picture has the units, and names as text', () => {
  const { type, body } = graph('query_range.svg', `query=load&units=%25&${RANGE}`);
  assert.equal(type, 'image/svg+xml; charset=utf-8');
  assert.match(body, /^<svg .* %</s);
  assert.ok(body.includes('&lt;b&gt;') && !body.includes('<b>'));
});

const REFUSED: readonly [params: string, reason: RegExp][] = [
  [RANGE, /query/],
  [`query=load%20%2B&${RANGE}`, /parse error/],
  [`query=load&query=sum(&${RANGE}`, /parse error/],
  ['query=load&start=1000&end=1020', /step/],
  ['query=load&start=1000&end=900&step=10', /end timestamp must not be before start time/],
];

for (const [params, reason] of REFUSED) {
  test(`${params} is refused as query_range refuses it`, () => {
    const { status, type, body } = graph('query_range.svg', params);
    assert.deepEqual([status, type], [400, undefined]);
    assert.match((JSON.parse(body) as { error: string }).error, reason);
  });
}
