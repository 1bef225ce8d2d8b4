import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlertingRuleState, alertSeries } from './evaluate.ts';
import { presenceOf } from './presence.ts';
import { contextOver, ruleOf, seriesOf } from './testing/series.ts';

const LETTERS = { pending: 'p', firing: 'F', nodata: 'n', inactive: 'r' } as const;

/** One letter per second: `p`ending, `F`iring, `n`odata, `r`esolved, `.` no alert. */
function states(rule: string, input: Readonly<Record<string, string>>, seconds: number): string {
  const context = contextOver(seriesOf(input));
  const state = new AlertingRuleState(ruleOf(rule));
  let text = '';
  for (let second = 0; second < seconds; second++) {
    state.evaluate(second * 1000, 0, context);
    const [instance] = state.instances.values();
    text += instance ? LETTERS[instance.state] : '.';
  }
  return text;
}

const cases = [
  {
    name: 'fires at once without for',
    rule: '{alert: a, expr: x > 5}',
    x: '0 9 9 0 0',
    want: '.FFrr',
  },
  {
    name: 'waits for `for`',
    rule: '{alert: a, expr: x > 5, for: 2s}',
    x: '9 9 9 9 0',
    want: 'ppFFr',
  },
  {
    name: 'starts anew when the condition was false in between',
    rule: '{alert: a, expr: x > 5, for: 2s}',
    x: '9 9 0 9 9 9',
    want: 'pp.ppF',
  },
  {
    name: 'is kept by keep_firing_for',
    rule: '{alert: a, expr: x > 5, keep_firing_for: 2s}',
    x: '9 0 0 0 0',
    want: 'FFFrr',
  },
  {
    name: 'keep_firing_for starts anew when it holds again',
    rule: '{alert: a, expr: x > 5, keep_firing_for: 2s}',
    x: '9 0 9 0 0 0',
    want: 'FFFFFr',
  },
  {
    name: 'keeps firing as nodata when its data vanishes',
    rule: '{alert: a, expr: x > 5}',
    x: '9 _ _ 9 0',
    want: 'FnnFr',
  },
  {
    name: 'pending waits for its data',
    rule: '{alert: a, expr: x > 5, for: 3s}',
    x: '9 9 _ 9 9',
    want: 'pppFF',
  },
  {
    name: 'never fires on missing data',
    rule: '{alert: a, expr: x > 5, for: 2s}',
    x: '9 _ _ _ _ 9',
    want: 'pppppF',
  },
  {
    name: 'on_missing: resolve is Prometheus',
    rule: '{alert: a, expr: x > 5, on_missing: resolve}',
    x: '9 _ 9 0',
    want: 'FrFr',
  },
  {
    name: 'on_missing: fire fires for what was there',
    rule: '{alert: a, expr: x > 5, on_missing: fire}',
    x: '1 _ _ 1',
    want: '.FFr',
  },
  {
    name: 'resolve: holds until its own condition',
    rule: '{alert: a, expr: x > 8, resolve: x < 6}',
    x: '7 9 7 7 5 7',
    want: '.FFFrr',
  },
  {
    name: 'absent() is over when data comes',
    rule: '{alert: a, expr: absent(x)}',
    x: '_ _ 1 1',
    want: 'FFrr',
  },
];

for (const { name, rule, x, want } of cases) {
  test(name, () => assert.equal(states(rule, { 'x{host="a"}': x }, want.length), want));
}

test('a reload that raises `for` takes a firing alert back to pending', () => {
  const context = contextOver(seriesOf({ x: '9x9' }));
  const before = new AlertingRuleState(ruleOf('{alert: a, expr: x > 5, for: 1s}'));
  for (const second of [0, 1, 2]) before.evaluate(second * 1000, 0, context);
  const after = new AlertingRuleState(ruleOf('{alert: a, expr: x > 5, for: 5s}'), before.instances);
  after.evaluate(3000, 0, context);
  assert.equal([...after.instances.values()][0]?.state, 'pending');
  after.evaluate(5000, 0, context);
  assert.equal([...after.instances.values()][0]?.state, 'firing');
});

test('labels of the rule replace those of the series, alertname comes last', () => {
  const state = new AlertingRuleState(
    ruleOf(
      "{alert: a, expr: x, labels: {host: 'on {{ $labels.host }}', alertname: no}, annotations: {s: 'is {{ $value }}'}}",
    ),
  );
  state.evaluate(0, 0, contextOver(seriesOf({ 'x{host="b"}': '7' })));
  const [instance] = state.instances.values();
  assert.deepEqual(instance?.labels.toObject(), { alertname: 'a', host: 'on b' });
  assert.deepEqual(instance?.annotations, { s: 'is 7' });
});

test('two elements with the same final labels are an error, and the alerts stay as they were', () => {
  const context = contextOver(seriesOf({ 'x{host="a"}': '1 1', 'x{host="b"}': '_ 1' }));
  const state = new AlertingRuleState(ruleOf("{alert: a, expr: x, labels: {host: ''}}"));
  state.evaluate(0, 0, context);
  assert.throws(() => state.evaluate(1000, 0, context), { code: 'alert-duplicate-labels' });
  assert.equal(state.instances.size, 1);
});

test('more alerts than the limit drop all of them', () => {
  const context = contextOver(seriesOf({ 'x{host="a"}': '1', 'x{host="b"}': '1' }));
  const state = new AlertingRuleState(ruleOf('{alert: a, expr: x}'));
  assert.throws(() => state.evaluate(0, 1, context), { code: 'alert-limit' });
  assert.equal(state.instances.size, 0);
});

test('ALERTS and ALERTS_FOR_STATE of active alerts', () => {
  const context = contextOver(seriesOf({ 'x{host="a"}': '9x9' }));
  const state = new AlertingRuleState(ruleOf('{alert: a, expr: x, for: 5s}'));
  state.evaluate(2000, 0, context);
  const texts = alertSeries(state.instances.values()).map(
    ({ labels, value }) => `${labels} ${value}`,
  );
  assert.deepEqual(texts, [
    'ALERTS{alertname="a", alertstate="pending", host="a"} 1',
    'ALERTS_FOR_STATE{alertname="a", host="a"} 2',
  ]);
});

const presences = [
  { expr: 'load_one > 8', want: '((load_one) + (8))' },
  { expr: 'a / b > 1 and c', want: '((a / b) + (1)) and c' },
  { expr: 'a unless b', want: '(a)' },
  { expr: 'topk(3, x) > 1', want: '(((x)) + (1))' },
  { expr: 'count by (rack) (up == 0) > 2', want: '((count by (rack) (((up) + (0)))) + (2))' },
  { expr: 'a == bool 1', want: 'a == bool 1' },
  { expr: 'absent(up)', want: undefined },
];

for (const { expr, want } of presences) {
  test(`data of ${expr}`, () => assert.equal(presenceOf(expr), want));
}

test('a text that would take for ever costs its rule no more than a bounded time, whatever the number of alerts', () => {
  const hosts = Array.from({ length: 50 }, (_, index) => [`x{host="n${index}"}`, '9x2']);
  const context = contextOver(seriesOf(Object.fromEntries(hosts)));
  const loop = '{{ range 400000 }}{{ if true }}{{ end }}{{ end }}';
  const state = new AlertingRuleState(
    ruleOf(`{alert: a, expr: x > 5, annotations: {good: '{{ $labels.host }}', loop: '${loop}'}}`),
  );
  state.evaluate(0, 0, context);
  const alerts = [...state.instances.values()];
  assert.equal(alerts.length, 50);
  for (const { annotations } of alerts) assert.match(annotations['loop'] ?? '', /runs too long/);
  assert.equal(alerts[0]?.annotations['good'], 'n0');
});
