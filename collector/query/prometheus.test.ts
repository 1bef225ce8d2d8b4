import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { answerApi } from './api.ts';
import { MemorySource } from './memory-source.ts';
import { vector } from './testing/random-queries.ts';
import { randomSource } from './testing/random-source.ts';

const SEED = 5;
/** Compared. Others are asked, too, that 2.42 does not know or answers otherwise. */
const QUERIES = 200;
const ASKED_MAX = 3000;

/**
 * What Prometheus 2.42 (Debian's) does otherwise than the version 3 that we follow: it drops metric names at once, so that selectors of
 * several metrics collide; it gives 0 for the deviation of a single NaN or Inf; it reads no classic buckets in histogram_fraction; it
 * takes the time of NaN from the processor's conversion; it predicts otherwise where `@` fixes the range; count_values shows the last digits of exp and sinh, which libraries round differently;
 * it tells many-to-one matches only when a comparison keeps them, and a k that is no number only when there is something to rank.
 */
const CHANGED_SINCE =
  /\{x=~|stddev|stdvar|histogram_fraction|count_values|predict_linear.*@|minute|hour|day|month|year| [><] |(?:topk|bottomk)[^(]*\((?!\d)/;

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [time: number, value: string])[];
}

interface Answer {
  readonly status: string;
  readonly errorType?: string;
  readonly data?: { readonly result: readonly Series[] };
}

test('random queries give what the installed Prometheus gives', async (context) => {
  const source = withoutEnds(randomSource(SEED));
  const address = await startPrometheus(context, source);
  let compared = 0;
  for (const query of fc.sample(vector, { seed: SEED, numRuns: ASKED_MAX })) {
    if (compared === QUERIES) break;
    if (CHANGED_SINCE.test(query)) continue;
    // Off the samples' times: Prometheus 3 excludes the left end of a range, 2.42 includes it.
    const params = new URLSearchParams({ query, start: '600.007', end: '674.007', step: '37' });
    const response = await fetch(`${address}/api/v1/query_range`, { method: 'POST', body: params });
    const theirs = (await response.json()) as Answer;
    if (theirs.errorType === 'bad_data') continue; // not yet known to 2.42
    const request = { path: 'query_range', params };
    const ours: Answer = JSON.parse(answerApi(request, { source, nowMs: () => 0 }).body);
    assert.equal(ours.status, theirs.status, query);
    assertSame(ours.data?.result ?? [], theirs.data?.result ?? [], query);
    compared++;
  }
  assert.equal(compared, QUERIES);
});

/** The import format of Prometheus has no end markers. */
function withoutEnds(source: MemorySource): MemorySource {
  const plain = new MemorySource();
  const all = { afterMs: -1, untilMs: 1e9, stepMs: 0, rangeMs: 0, operation: '' };
  for (const { labels, timesMs, values, stale } of source.select([], all)) {
    const samples = [...timesMs].map((timeMs, i) => ({ timeMs, value: values[i] as number }));
    plain.add(
      labels,
      samples.filter((_, i) => !stale?.[i]),
    );
  }
  return plain;
}

/** Fills a Prometheus with the samples and starts it on loopback. @returns its address */
async function startPrometheus(context: TestContext, source: MemorySource): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'clustermon-prometheus-'));
  writeFileSync(join(dir, 'samples'), openMetrics(source));
  writeFileSync(join(dir, 'prometheus.yml'), 'scrape_configs: []\n');
  execFileSync('promtool', [
    'tsdb',
    'create-blocks-from',
    'openmetrics',
    join(dir, 'samples'),
    join(dir, 'data'),
  ]);
  const port = await freePort();
  const server = spawn(
    'prometheus',
    [
      `--config.file=${join(dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => server.once('exit', resolve));
  context.after(async () => {
    server.kill();
    await ended;
    rmSync(dir, { recursive: true });
  });
  const address = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 200; attempt++) {
    const isReady = await fetch(`${address}/-/ready`).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return address;
    await sleep(100);
  }
  throw new Error('Prometheus did not start');
}

function openMetrics(source: MemorySource): string {
  const lines: string[] = [];
  const all = { afterMs: -1, untilMs: 1e9, stepMs: 0, rangeMs: 0, operation: '' };
  for (const { labels, timesMs, values } of source.select([], all)) {
    for (const [i, timeMs] of timesMs.entries())
      lines.push(
        `${String(labels).replaceAll('", ', '",')} ${String(values[i]).replace('Infinity', 'Inf')} ${timeMs / 1000}`,
      );
  }
  return `${lines.join('\n')}\n# EOF\n`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function assertSame(ours: readonly Series[], theirs: readonly Series[], query: string): void {
  const [own, other] = [byLabels(ours), byLabels(theirs)];
  assert.deepEqual([...own.keys()].sort(), [...other.keys()].sort(), query);
  for (const [key, values] of other) {
    const ownValues = own.get(key) ?? [];
    assert.deepEqual(
      ownValues.map(([time]) => time),
      values.map(([time]) => time),
      query,
    );
    for (const [i, [time, text]] of values.entries()) {
      const [a, b] = [numberOf(ownValues[i]?.[1] ?? ''), numberOf(text)];
      const isSame =
        Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));
      assert.ok(isSame, `${query}: ${key} at ${time} is ${a}, Prometheus says ${b}`);
    }
  }
}

function byLabels(series: readonly Series[]): Map<string, Series['values']> {
  return new Map(
    series.map(({ metric, values }) => [JSON.stringify(Object.entries(metric).sort()), values]),
  );
}

function numberOf(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}
