/** Rule states against those of Prometheus: promtool runs its rule engine over the same random series and has to agree with ours. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { GroupState } from '../collector/alerts/group.ts';
import { PreparedQueries } from '../collector/alerts/prepared-queries.ts';
import { parseRuleFile } from '../collector/alerts/rule-file.ts';
import { RuleSeries } from '../collector/alerts/rule-series.ts';
import { parseSeriesName, parseSeriesValues } from '../collector/alerts/series-notation.ts';
import { isFiring } from '../collector/alerts/state.ts';

const MINUTES = 60;
const SEED = Number(process.env['SEED'] ?? 1);
const MINUTE_MS = 60_000;

const RULES = `
groups:
  - name: states
    rules:
      - {alert: AtOnce, expr: x > 5}
      - {alert: Waits, expr: x > 5, for: 3m, labels: {severity: page}}
      - {alert: Lingers, expr: x > 6, keep_firing_for: 4m}
      - {alert: Both, expr: x > 4, for: 2m, keep_firing_for: 2m, annotations: {s: '{{ $labels.host }} {{ $value | humanize }}'}}
      - {record: 'x:max', expr: max(x)}
      - {alert: OnRecorded, expr: 'x:max > 8', for: 1m}
      - {alert: Grouped, expr: 'count by (rack) (x > 5) > 1', for: 1m}
`;

/** mulberry32 */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Values that stay for a while, with gaps and ends. Gaps are shorter than the five minutes of look-back, whose end belongs to it in
 * Prometheus 2 and not in Prometheus 3.
 */
function randomValues(random: () => number): string {
  const items: string[] = [];
  while (items.length < MINUTES) {
    const kind = random();
    const digit = String(Math.floor(random() * 10));
    const length = 1 + Math.floor(random() * 6);
    if (kind < 0.15) items.push(...Array<string>(Math.min(length, 3)).fill('_'), digit);
    else items.push(...Array<string>(length).fill(kind < 0.25 ? 'stale' : digit));
  }
  return items.slice(0, MINUTES).join(' ');
}

function randomSeries(random: () => number): Record<string, string>[] {
  return ['a', 'b', 'c', 'd'].map((host, index) => ({
    series: `x{host="${host}",rack="r${index % 2}"}`,
    values: randomValues(random),
  }));
}

/** What our engine says at each minute: firing alerts by rule, and the series ALERTS. */
function evaluate(input: readonly Record<string, string>[]) {
  const source = new RuleSeries();
  const query = new PreparedQueries(source);
  const [group] = parseRuleFile(RULES).groups;
  assert.ok(group);
  const state = new GroupState(group, source);
  const context = { query, externalLabels: {}, externalUrl: '', onMissing: 'resolve' as const };
  const alertTests: object[] = [];
  const exprTests: object[] = [];
  const series = input.map((one) => ({
    labels: parseSeriesName(one['series'] ?? ''),
    values: parseSeriesValues(one['values'] ?? ''),
  }));
  for (let minute = 0; minute < MINUTES; minute++) {
    const timeMs = minute * MINUTE_MS;
    for (const { labels, values } of series) {
      const value = values[minute];
      if (value === 'stale') source.end(labels, timeMs);
      else if (typeof value === 'number') source.append({ labels, value }, timeMs);
    }
    state.evaluate(timeMs, context);
    for (const { rule, alerts, error } of state.rules) {
      assert.equal(error, undefined);
      if (!alerts) continue;
      const firing = [...alerts.instances.values()].filter(isFiring);
      alertTests.push({
        eval_time: `${minute}m`,
        alertname: rule.name,
        exp_alerts: firing.map(({ labels, annotations }) => ({
          exp_labels: labels.toObject(),
          exp_annotations: annotations,
        })),
      });
    }
    for (const expr of ['ALERTS', 'ALERTS_FOR_STATE']) {
      exprTests.push({
        expr,
        eval_time: `${minute}m`,
        exp_samples: query
          .instant(expr, timeMs)
          .map(({ labels, value }) => ({ labels: String(labels), value })),
      });
    }
  }
  return { alertTests, exprTests };
}

for (let seed = SEED; seed < SEED + 8; seed++) {
  test(`the same states as Prometheus at every evaluation, seed ${seed}`, (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'rules-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const input = randomSeries(randomOf(seed));
    const { alertTests, exprTests } = evaluate(input);
    assert.ok(
      alertTests.some((one) => 'exp_alerts' in one && (one.exp_alerts as object[]).length > 0),
    );
    writeFileSync(join(folder, 'rules.yml'), RULES);
    writeFileSync(
      join(folder, 'test.yml'),
      stringify({
        rule_files: ['rules.yml'],
        evaluation_interval: '1m',
        tests: [
          {
            interval: '1m',
            input_series: input,
            alert_rule_test: alertTests,
            promql_expr_test: exprTests,
          },
        ],
      }),
    );
    const run = spawnSync('promtool', ['test', 'rules', join(folder, 'test.yml')], {
      encoding: 'utf8',
    });
    assert.equal(run.status, 0, run.stderr.slice(0, 4000));
  });
}
