import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { test } from 'node:test';
import { LIMITS, seriesKey } from '../../wire/metric.ts';
import { bodyReader, KINDS } from '../../wire/packet.ts';
import { Datagrams } from '../datagrams.ts';
import { History } from '../history.ts';
import { Publisher } from '../publisher.ts';
import { SeriesTable, SourceTable } from '../series.ts';
import { withExporter } from '../testing/exporter.ts';
import { headerOf, schemaPartsIn, valuesIn } from '../testing/wire.ts';
import { Exporter, type ExporterOptions } from './exporter.ts';

const NOW_MS = 1_700_000_000_000;

function exporterAt(
  url: string,
  table: SeriesTable,
  options: Partial<ExporterOptions> = {},
): Exporter {
  const all = {
    url,
    source: 'web:80',
    job: 'web',
    instance: 'n1:80',
    everySeconds: 15,
    include: [],
    exclude: [],
    seriesMax: 10_000,
    ...options,
  };
  return new Exporter(all, { table: new SourceTable(table), nowMs: () => NOW_MS });
}

interface Scene {
  readonly table: SeriesTable;
  /** What the exporter answers next. */
  answer(text: string): void;
  scrape(): Promise<void>;
  value(key: string): number | undefined;
}

async function withScene(
  run: (scene: Scene) => Promise<void>,
  options: Partial<ExporterOptions> = {},
): Promise<void> {
  let text = '';
  await withExporter(
    (_, response) => response.end(text),
    async (url) => {
      const table = new SeriesTable();
      const exporter = exporterAt(url, table, options);
      await run({
        table,
        answer: (next) => (text = next),
        scrape: () => exporter.run(AbortSignal.timeout(10_000)),
        value(key) {
          const at = table.metrics.findIndex(({ name, labels }) => seriesKey(name, labels) === key);
          return table.numbers[at];
        },
      });
    },
  );
}

test('series come with their names, labels and values, and as a Prometheus would label them', () =>
  withScene(async ({ table, answer, scrape, value }) => {
    answer(`# HELP hits_total Hits
# TYPE hits_total counter
hits_total{code="200"} 9007199254740991
# TYPE temperature gauge
temperature{host="x",job="y",instance="z"} -1.5
`);
    await scrape();
    assert.equal(value('hits_total{code="200",instance="n1:80",job="web"}'), 2 ** 53 - 1);
    const renamed =
      'temperature{exported_host="x",exported_instance="z",exported_job="y",instance="n1:80",job="web"}';
    assert.equal(value(renamed), -1.5);
    assert.equal(value('exporter_series{source="web:80"}'), 2);
    const hits = table.metrics.find(({ name }) => name === 'hits_total');
    assert.equal(hits?.slope, 'positive');
    assert.equal(hits?.type, 'double');
    assert.equal(hits?.tmax, 15);
    assert.equal(hits?.group, 'web');
    assert.equal(hits?.description, 'Hits');
  }));

test('what an answer does not have any more is unknown, and comes back', () =>
  withScene(async ({ answer, scrape, value }) => {
    const a = 'a{instance="n1:80",job="web"}';
    answer('a 1\nb 1\n');
    await scrape();
    answer('b 2\n');
    await scrape();
    assert.ok(Number.isNaN(value(a)));
    assert.equal(value('b{instance="n1:80",job="web"}'), 2);
    answer('a 3\nb 2\n');
    await scrape();
    assert.equal(value(a), 3);
  }));

test('a metric whose type changes is told of with the new one, at the same place', () =>
  withScene(async ({ answer, scrape, table, value }) => {
    const known = () =>
      table.metrics
        .map(({ name, slope }) => `${name} ${slope}`)
        .filter((one) => /^[ab] /.test(one));
    answer('# TYPE a counter\na 1\nb 1\n');
    await scrape();
    assert.deepEqual(known(), ['a positive', 'b both']);
    answer('# TYPE a gauge\na 2\n# TYPE b counter\nb 3\n');
    await scrape();
    assert.deepEqual(known(), ['a both', 'b positive']);
    assert.equal(value('b{instance="n1:80",job="web"}'), 3);
  }));

test('NaN, infinities and samples of another time are unknown', () =>
  withScene(async ({ answer, scrape, value }) => {
    answer(
      `a{x="1"} NaN\na{x="2"} +Inf\na{x="3"} 1 ${NOW_MS - 300_001}\na{x="4"} 1 ${NOW_MS - 299_999}\n`,
    );
    await scrape();
    const values = [1, 2, 3, 4].map((x) => value(`a{instance="n1:80",job="web",x="${x}"}`));
    assert.deepEqual(values, [NaN, NaN, NaN, 1]);
  }));

test('patterns choose among the metrics', () =>
  withScene(
    async ({ answer, scrape, table }) => {
      answer('go_a 1\nnode_a 1\nnode_b{x="1"} 1\nnode_b_total 1\n');
      await scrape();
      const names = table.metrics.filter(({ group }) => group === 'web').map(({ name }) => name);
      assert.deepEqual(names, ['node_a', 'node_b_total']);
    },
    { include: ['node_*'], exclude: ['node_b'], seriesMax: 2 },
  ));

test('patterns hold for answers with any number of metrics', () =>
  withScene(
    async ({ answer, scrape, value }) => {
      const others = Array.from({ length: 3000 }, (_, index) => `other_${index} 1\n`);
      answer(`${others.join('')}node_a 7\n`);
      await scrape();
      assert.equal(value('node_a{instance="n1:80",job="web"}'), 7);
      assert.equal(value('exporter_series{source="web:80"}'), 1);
    },
    { exclude: ['other_*'], seriesMax: 1 },
  ));

test('an answer with more series than allowed is not taken, the last one stands until it is forgotten', () =>
  withScene(
    async ({ answer, scrape, value }) => {
      answer('a 1\nb 1\n');
      await scrape();
      answer('a 2\nb 2\nc 2\n');
      await assert.rejects(scrape(), { code: 'exporter-series', message: /more than 2 series/ });
      assert.equal(value('a{instance="n1:80",job="web"}'), 1);
      answer('c 3\nb 3\n');
      await scrape();
      assert.equal(value('c{instance="n1:80",job="web"}'), 3);
    },
    { seriesMax: 2 },
  ));

test('series that the wire has no words for are left out and counted', () =>
  withScene(async ({ answer, scrape, value }) => {
    const many = Array.from({ length: LIMITS.labels - 1 }, (_, n) => `l${n}="1"`).join(',');
    answer(
      `a{x="${'y'.repeat(LIMITS.labelValue + 1)}"} 1\n${'n'.repeat(LIMITS.metricName + 1)} 1\na{${many}} 1\na 1\n`,
    );
    await scrape();
    assert.equal(value('exporter_series{source="web:80"}'), 1);
    assert.equal(value('exporter_series_left_out{source="web:80"}'), 3);
  }));

test('5,000 series go over the wire in datagrams of 1,400 bytes', () =>
  withScene(async ({ table, answer, scrape }) => {
    const samples = Array.from({ length: 5000 }, (_, n) => `hits_total{path="/${n}"} ${n * 1e6}\n`);
    answer(`# TYPE hits_total counter\n${samples.join('')}`);
    await scrape();
    table.settle(0);
    const datagrams = new Datagrams(
      { agent: 'a'.repeat(16), boot: 1 },
      { key: undefined, payloadBytes: 1400 },
    );
    const history = new History({ rows: 900, bytesMax: 8 << 20 });
    const host = { hostName: 'n1', labels: {}, facts: {} };
    const publisher = new Publisher(host, { table, datagrams, history });
    const parts = schemaPartsIn([...publisher.schema(0)].map((one) => Buffer.from(one)));
    const sent = publisher.samples(0, 0).map((one) => Buffer.from(one));
    const pairs = sent.flatMap((one) => {
      assert.ok(one.length <= 1400);
      assert.equal(headerOf(one).kind, KINDS.samples);
      return [...valuesIn(bodyReader(one), parts).values];
    });
    const values = new Map(pairs);
    for (let n = 0; n < 5000; n += 1) {
      assert.equal(values.get(`hits_total{instance="n1:80",job="web",path="/${n}"}`), n * 1e6);
    }
    // 8 MiB hold three minutes of such a host instead of fifteen.
    assert.ok(history.capacity > 150 && history.capacity < 900);
  }));

test('series for which the host has no place are left out and counted, whatever comes and goes', () =>
  withScene(
    async ({ table, answer, scrape, value }) => {
      for (let turn = 0; turn < 3; turn += 1) {
        const samples = Array.from({ length: 7000 }, (_, n) => `a{x="${turn}-${n}"} 1\n`);
        answer(samples.join(''));
        await scrape();
        table.settle(turn);
      }
      assert.equal(table.metrics.length, LIMITS.metricsPerHost);
      const taken = LIMITS.metricsPerHost - 2 - 2 * 7000;
      assert.equal(value('exporter_series{source="web:80"}'), taken);
      assert.equal(value('exporter_series_left_out{source="web:80"}'), 7000 - taken);
    },
    { seriesMax: 7000 },
  ));

const refused: readonly (readonly [name: string, answer: RequestListener, expected: RegExp])[] = [
  ['a missing page', (_, response) => response.writeHead(404).end(), /answers with status 404/],
  [
    'a redirect',
    (_, response) => response.writeHead(302, { location: '/' }).end(),
    /answers with status 302/,
  ],
  ['a page', (_, response) => response.end('<html>'), /line 1: "<html>" is no sample/],
  [
    'an answer that is cut off',
    (_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('a 1\n', () => response.destroy());
    },
    /aborted|ECONNRESET|socket hang up/,
  ],
  [
    'OpenMetrics without an end',
    (_, response) => {
      response.setHeader('content-type', 'application/openmetrics-text; version=1.0.0');
      response.end('a 1\n');
    },
    /OpenMetrics ends in # EOF/,
  ],
  [
    'an answer without end',
    (_, response) => {
      const line = `# ${'x'.repeat(60_000)}\n`;
      const more = () => {
        while (response.write(line));
      };
      response.on('drain', more);
      more();
    },
    /more than 16777216 bytes/,
  ],
];
for (const [name, answer, expected] of refused) {
  test(`refused: ${name}`, () =>
    withExporter(answer, async (url) => {
      const exporter = exporterAt(url, new SeriesTable());
      await assert.rejects(exporter.run(AbortSignal.timeout(10_000)), expected);
    }));
}

test('an exporter that does not answer is let go when the time is over', () =>
  withExporter(
    () => undefined,
    async (url) => {
      const exporter = exporterAt(url, new SeriesTable());
      await assert.rejects(exporter.run(AbortSignal.timeout(50)), { name: 'AbortError' });
    },
  ));
