import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Labels } from '../query/labels.ts';
import { recordedFor, sourceOfRecorded } from '../query-worker/recorded.ts';
import { openRegistry } from '../registry.ts';
import { Backtest } from './backtest.ts';
import type { Sample } from './evaluate.ts';
import { OwnHistory } from './own-history.ts';
import { ruleOf } from './testing/series.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const START_MS = Date.parse('2026-11-01T00:00:00Z');

/** Opens the history of one folder as often as `use` asks for it. */
function withHistory(use: (open: () => OwnHistory) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'own-history-'));
  const opened: { close(): void }[] = [];
  try {
    use(() => {
      const registry = openRegistry(folder);
      opened.push(registry);
      return new OwnHistory(registry);
    });
  } finally {
    for (const registry of opened) registry.close();
    rmSync(folder, { recursive: true });
  }
}

function sample(name: string, value: number, labels = {}): Sample {
  return { labels: Labels.from({ ...labels, __name__: name }), value };
}

/** `name{…} seconds:value …`, seconds since the start. */
function describe(history: OwnHistory, text: string): readonly string[] {
  return recordedFor([text], history).map(({ labels, timesMs, values, stale }) => {
    const samples = [...timesMs].map(
      (timeMs, i) => `${(timeMs - START_MS) / 1000}:${stale?.[i] ? 'end' : values[i]}`,
    );
    return `${Labels.from(labels)} ${samples.join(' ')}`;
  });
}

test('a sample a minute is kept, the end of a series too, over restarts', () => {
  withHistory((open) => {
    const first = open();
    for (let second = 0; second < 200; second += 1) {
      const installing = second < 100 ? [sample('idle', second, { node: 'n1' })] : [];
      const drops = sample('drops', second);
      first.note(START_MS + second * 1000, () => [drops, ...installing]);
    }
    const again = open();
    again.note(START_MS + 300_000, () => [sample('drops', 7)]);
    assert.deepEqual(describe(again, 'rate(drops[5m]) > idle'), [
      'drops 0:0 60:60 120:120 180:180 300:7',
      'idle{node="n1"} 0:0 60:60 120:end',
    ]);
    assert.deepEqual(describe(again, 'other'), []);
  });
});

test('what is older than a month is forgotten', () => {
  withHistory((open) => {
    const history = open();
    history.note(START_MS, () => [sample('gone', 1)]);
    for (const days of [1, 31.5]) {
      history.note(START_MS + days * DAY_MS, () => [sample('drops', days)]);
    }
    assert.deepEqual([...history.metrics].sort(), ['drops', 'gone']);
    history.note(START_MS + 32.5 * DAY_MS, () => [sample('drops', 32.5)]);
    assert.deepEqual([...history.metrics], ['drops']);
    assert.deepEqual(describe(history, 'drops'), [
      `drops ${31.5 * 86_400}:31.5 ${32.5 * 86_400}:32.5`,
    ]);
  });
});

test('a rule about the appliance is replayed over it', () => {
  withHistory((open) => {
    const history = open();
    for (let minute = 0; minute <= 120; minute += 1) {
      const drops = Math.max(0, Math.min(minute - 30, 30)) * 300;
      history.note(START_MS + minute * MINUTE_MS, () => [sample('drops', drops)]);
    }
    const rule = ruleOf('{alert: X, expr: "rate(drops[5m]) > 1", for: 5m}');
    const range = { startMs: START_MS, endMs: START_MS + 120 * MINUTE_MS, stepMs: MINUTE_MS };
    const source = sourceOfRecorded(recordedFor([rule.expr], history));
    const [alert] = new Backtest(rule, range, { source }).replay();
    const minutes = alert?.firings.map(({ fromMs, toMs }) =>
      [fromMs, toMs ?? 0].map((timeMs) => (timeMs - START_MS) / MINUTE_MS),
    );
    assert.equal(minutes?.length, 1);
    const [[from = 0, to = 0] = []] = minutes;
    assert.ok(from >= 36 && from <= 40 && to >= 60 && to <= 66, JSON.stringify(minutes));
  });
});

test('after the clock was set back samples are kept at once', () => {
  withHistory((open) => {
    const history = open();
    history.note(START_MS + DAY_MS, () => [sample('drops', 1)]);
    history.note(START_MS, () => [sample('drops', 2)]);
    history.note(START_MS + 1000, () => [sample('drops', 3)]);
    assert.deepEqual(describe(history, 'drops'), ['drops 0:2 86400:1']);
  });
});
