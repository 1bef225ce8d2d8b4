import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { openDatabase } from '../../base/sqlite.ts';
import { type Alert, isResolved } from '../notify/alert.ts';
import { Labels, METRIC_NAME } from '../query/labels.ts';
import { Matcher } from '../query/matcher.ts';
import { AlertEngine } from './alert-engine.ts';
import { ALERT_TABLES, AlertStore } from './alert-store.ts';
import type { RuleGroup } from './rule.ts';
import { parseRuleFile } from './rule-file.ts';
import { loadRules } from './rule-loader.ts';
import { RuleSeries } from './rule-series.ts';
import { ruleOf } from './testing/series.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
/** The engine waits this long after its start. */
const GRACE_SECONDS = 5;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alerts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** An engine over one series `load_one{host="a"}`, second by second. */
class Bench {
  readonly source = new RuleSeries();
  readonly told: string[] = [];
  /** Events of the log. */
  readonly logged: string[] = [];
  readonly engine: AlertEngine;
  readonly database;
  second: number;

  constructor(groups: readonly RuleGroup[] = [], startSecond = 0) {
    this.second = startSecond;
    this.database = openDatabase(join(folder, 'registry.db'), {
      migrations: [ALERT_TABLES],
      synchronous: 'NORMAL',
    });
    this.engine = new AlertEngine(
      {
        source: this.source,
        store: new AlertStore(this.database),
        sink: { put: (alerts, nowMs) => this.#note(alerts, nowMs) },
        inhibit: () => {},
        ownSamples: () => [],
        handlingOf: () => ({
          fingerprint: '',
          receivers: [],
          silencedBy: [],
          inhibitedBy: [],
          mutedBy: [],
          acknowledged: null,
        }),
        log: { ...SILENT, info: (event: string) => this.logged.push(event) },
        nowMs: () => this.second * 1000,
      },
      { externalUrl: 'http://head', intervalMs: 1000 },
      groups,
    );
  }

  #note(alerts: readonly Alert[], nowMs: number): void {
    for (const alert of alerts) {
      this.told.push(
        `${alert.labels['alertname']} ${isResolved(alert, nowMs) ? 'resolved' : 'firing'}`,
      );
    }
  }

  /** One evaluation per value; undefined = the series has ended. */
  run(values: readonly (number | undefined)[]): void {
    const labels = Labels.from({ __name__: 'load_one', host: 'a' });
    for (const value of values) {
      this.second += 1;
      if (value === undefined) this.source.end(labels, this.second * 1000);
      else this.source.append({ labels, value }, this.second * 1000);
      this.engine.evaluate(this.second * 1000);
    }
  }

  /** Series of rules that a query finds now, as `name value of the label "of"`. */
  get recorded(): readonly string[] {
    const every = new Matcher(METRIC_NAME, '!=', '');
    const untilMs = this.second * 1000;
    return this.engine.recorded
      .select([every], { afterMs: 0, untilMs, stepMs: 0, rangeMs: 0, operation: '' })
      .filter(({ stale }) => stale?.at(-1) !== 1)
      .map(({ labels }) => `${labels.get(METRIC_NAME)} ${labels.get('of')}`.trim());
  }

  get states(): readonly string[] {
    return this.engine.alerts().map(({ rule, state }) => `${rule} ${state}`);
  }

  close(): void {
    this.database.close();
  }
}

const warmUp = Array<number>(GRACE_SECONDS).fill(0);
const nines = (count: number) => Array<number>(count).fill(9);

test('a rule that is added fires, is resolved, and is written down', () => {
  const bench = new Bench();
  bench.run(warmUp);
  const rule = bench.engine.addRule({ expr: 'load_one > 8', forSeconds: 2, severity: 'critical' });
  assert.equal(rule.name, 'load_one_above_8');
  bench.run(nines(2));
  assert.deepEqual(bench.states, ['load_one_above_8 pending']);
  bench.run(nines(1));
  assert.deepEqual(bench.states, ['load_one_above_8 firing']);
  bench.run([1]);
  assert.deepEqual(bench.states, ['load_one_above_8 resolved']);
  assert.deepEqual(bench.told, ['load_one_above_8 firing', 'load_one_above_8 resolved']);
  assert.deepEqual(bench.logged, ['alert-pending', 'alert-firing', 'alert-resolved']);
  const transitions = new AlertStore(bench.database).transitions({ fromMs: 0, toMs: 100_000 });
  assert.deepEqual(
    transitions.map(({ state }) => state),
    ['pending', 'firing', 'inactive'],
  );
  bench.close();
});

test('data that vanishes resolves nothing', () => {
  const bench = new Bench();
  bench.engine.addRule({ expr: 'load_one > 8' });
  bench.run([...warmUp, 9, 9, undefined, undefined, undefined]);
  assert.deepEqual(bench.states, ['load_one_above_8 nodata']);
  bench.run([9]);
  assert.deepEqual(bench.states, ['load_one_above_8 firing']);
  assert.deepEqual(bench.told, ['load_one_above_8 firing']);
  bench.close();
});

test('after ten minutes of standstill what fired fires, and pending has waited no longer than it was watched', () => {
  const bench = new Bench();
  bench.engine.addRule({ name: 'Firing', expr: 'load_one > 8' });
  bench.engine.addRule({ name: 'Pending', expr: 'load_one > 7', forSeconds: 60 });
  bench.run([...warmUp, ...nines(10)]);
  bench.close();
  const next = new Bench([], bench.second + 600);
  assert.deepEqual(next.told, ['Firing firing']);
  next.run(nines(GRACE_SECONDS + 20));
  assert.deepEqual(next.states.toSorted(), ['Firing firing', 'Pending pending']);
  next.run(nines(40));
  assert.deepEqual(next.states.toSorted(), ['Firing firing', 'Pending firing']);
  assert.deepEqual(next.told, ['Firing firing', 'Pending firing']);
  next.close();
});

for (const { name, bySeconds } of [
  { name: 'back', bySeconds: -86_400 },
  { name: 'back by seconds', bySeconds: -3 },
  { name: 'ahead', bySeconds: 86_400 },
]) {
  test(`the clock is set ${name}: rules go on, what fired fires, pending waits as long as it would have`, () => {
    const bench = new Bench([], 200_000);
    bench.engine.addRule({ name: 'Firing', expr: 'load_one > 8' });
    bench.engine.addRule({ name: 'Pending', expr: 'load_one > 7', forSeconds: 60 });
    bench.run([...warmUp, ...nines(10)]);
    bench.second += bySeconds;
    bench.run(nines(GRACE_SECONDS + 20));
    assert.deepEqual(bench.states.toSorted(), ['Firing firing', 'Pending pending']);
    bench.run(nines(40));
    assert.deepEqual(bench.states.toSorted(), ['Firing firing', 'Pending firing']);
    bench.run([1]);
    assert.deepEqual(bench.told, [
      'Firing firing',
      'Pending firing',
      'Firing resolved',
      'Pending resolved',
    ]);
    bench.close();
  });
}

test('removing a rule resolves what it fires; its name is free again', () => {
  const bench = new Bench();
  bench.engine.addRule({ expr: 'load_one > 8' });
  bench.run([...warmUp, 9, 9]);
  assert.throws(() => bench.engine.addRule({ expr: 'load_one > 8' }), { code: 'rule-exists' });
  bench.engine.removeRule('load_one_above_8');
  assert.deepEqual(bench.told, ['load_one_above_8 firing', 'load_one_above_8 resolved']);
  assert.deepEqual(bench.recorded, []);
  const transitions = new AlertStore(bench.database).transitions({ fromMs: 0, toMs: 100_000 });
  assert.equal(transitions.at(-1)?.state, 'inactive');
  assert.throws(() => bench.engine.removeRule('load_one_above_8'), { code: 'rule-unknown' });
  bench.engine.addRule({ expr: 'load_one > 8' });
  bench.close();
});

test('a retired host has no alerts', () => {
  const bench = new Bench();
  bench.engine.addRule({ expr: 'load_one > 8' });
  bench.run([...warmUp, 9, undefined]);
  bench.engine.forgetHost('a');
  assert.deepEqual(bench.states, []);
  assert.deepEqual(bench.told, ['load_one_above_8 firing', 'load_one_above_8 resolved']);
  bench.close();
});

test('rules that are none are refused', () => {
  const bench = new Bench();
  for (const rule of [
    { expr: 'load_one >' },
    { expr: 'load_one', resolve: '(' },
    { expr: 'load_one', summary: '{{ $x }}' },
  ]) {
    assert.throws(() => bench.engine.addRule(rule), { code: 'rule-invalid' });
  }
  bench.close();
});

test('other groups replace the old ones and the alerts of rules that stay are kept', () => {
  const groupsOf = (forText: string) =>
    parseRuleFile(
      `groups:\n- name: g\n  rules:\n  - {record: 'load:double', expr: load_one * 2}\n  - {alert: A, expr: 'load:double > 8', for: ${forText}}\n`,
    ).groups;
  const bench = new Bench(groupsOf('2s'));
  bench.run([...warmUp, ...nines(4)]);
  assert.deepEqual(bench.states, ['A firing']);
  bench.engine.load(groupsOf('3s'));
  bench.run(nines(1));
  assert.deepEqual(bench.states, ['A firing']);
  assert.deepEqual(bench.told, ['A firing']);
  bench.close();
});

test('series of rules that are not in the files any more have ended, those of others go on', () => {
  const groupsOf = (...of: readonly string[]) => {
    const rules = of.map((name) => `\n  - {record: load, expr: load_one, labels: {of: ${name}}}`);
    return parseRuleFile(`groups:\n- name: g\n  rules:${rules.join('')}\n`).groups;
  };
  const bench = new Bench(groupsOf('a', 'b', 'c'));
  bench.run([...warmUp, 9, 9]);
  bench.engine.load(groupsOf('d', 'c', 'b'));
  assert.deepEqual(bench.recorded, ['load b', 'load c']);
  bench.run([9]);
  assert.deepEqual(bench.recorded, ['load b', 'load c', 'load d']);
  bench.engine.load([]);
  assert.deepEqual(bench.recorded, []);
  bench.close();
});

test('two rules that record one series, changing which of them has it, let it go on', () => {
  const { groups } = parseRuleFile(
    'groups:\n- name: g\n  rules:\n  - {record: load, expr: load_one > 8}\n  - {record: load, expr: load_one <= 8}\n',
  );
  const bench = new Bench(groups);
  bench.run([...warmUp, 9, 1]);
  assert.deepEqual(bench.recorded, ['load']);
  bench.run([9]);
  assert.deepEqual(bench.recorded, ['load']);
  bench.close();
});

test('alerts of rules that are not in the files any more are over, also when they went in a standstill', () => {
  const { groups } = parseRuleFile(
    'groups:\n- name: g\n  rules:\n  - {alert: A, expr: load_one > 8}\n',
  );
  const bench = new Bench(groups);
  bench.run([...warmUp, ...nines(2)]);
  bench.engine.load([]);
  assert.deepEqual(bench.told, ['A firing', 'A resolved']);
  bench.engine.load(groups);
  bench.run(nines(2));
  bench.close();
  const next = new Bench([], bench.second);
  assert.deepEqual(next.told, ['A resolved']);
  next.close();
});

test('an alert of two rules with one name is over when neither has it', () => {
  const { groups } = parseRuleFile(
    'groups:\n- name: g\n  rules:\n  - {alert: A, expr: load_one > 8}\n  - {alert: A, expr: load_one > 5}\n',
  );
  const bench = new Bench(groups);
  bench.run([...warmUp, 9, 9, 7, 7]);
  assert.ok(!bench.told.includes('A resolved'));
  bench.run([1]);
  assert.ok(bench.told.includes('A resolved'));
  bench.close();
});

test('an alert that flaps is held, also over a restart', () => {
  const bench = new Bench();
  bench.engine.addRule({ expr: 'load_one > 8', name: 'A' });
  const toggles = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 9 : 1));
  bench.run([...warmUp, ...toggles]);
  assert.deepEqual(bench.states, ['A firing']);
  assert.equal(bench.told.filter((text) => text === 'A firing').length, 4);
  bench.close();
  const next = new Bench([], bench.second + 10);
  next.run(Array<number>(GRACE_SECONDS + 10).fill(1));
  assert.deepEqual(next.states, ['A firing']);
  assert.deepEqual(next.told, ['A firing']);
  next.close();
});

test('a rule that was not added by command is not removed by one: it is said where it stands', () => {
  const { groups } = loadRules([], true);
  const [first] = groups;
  const bench = new Bench([
    ...groups,
    {
      ...(first as RuleGroup),
      name: 'own',
      file: 'own.yml',
      rules: [ruleOf('{alert: Mine, expr: up}')],
    },
  ]);
  const origins = bench.engine.rules().map(({ name, origin }) => `${name}: ${origin}`);
  assert.equal(origins[0], 'HostDown: built in');
  assert.equal(origins.at(-1), 'Mine: own.yml');
  for (const [name, message] of [
    ['HostDown', /^rule HostDown is built in: a rule of this name in a file replaces it/],
    ['Mine', /^rule Mine is in own\.yml: take it out there/],
    ['Nobodys', /^there is no rule Nobodys;/],
  ] as const) {
    assert.throws(() => bench.engine.removeRule(name), { code: 'rule-unknown', message });
  }
  bench.database.close();
});
