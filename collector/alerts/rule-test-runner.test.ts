import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runRuleTestFile } from './rule-test-runner.ts';

const folder = mkdtempSync(join(tmpdir(), 'clustermon-rule-test-'));
after(() => rmSync(folder, { recursive: true }));

writeFileSync(
  join(folder, 'rules.yml'),
  `groups:
  - name: g
    rules:
      - {alert: Down, expr: up == 0, for: 2m, labels: {severity: page}}
      - {alert: Noted, expr: up == 0, annotations: {empty: '{{ if false }}x{{ end }}'}}
`,
);

function failuresOf(text: string): readonly string[] {
  const file = join(folder, 'test.yml');
  writeFileSync(file, text);
  return runRuleTestFile(file, { warn: () => {}, features: [] }).flatMap(
    ({ failures }) => failures,
  );
}

const alertTest = (minute: number, alerts: string, name = 'Down') => `rule_files: [rules.yml]
tests:
  - input_series: [{series: 'up{job="a"}', values: '0x5'}]
    alert_rule_test: [{eval_time: ${minute}m, alertname: ${name}, exp_alerts: ${alerts}}]
`;
const exprTest = (series: string, values: string, expr: string, samples: string) => `tests:
  - input_series: [{series: '${series}', values: '${values}'}]
    promql_expr_test: [{expr: '${expr}', eval_time: 2m, exp_samples: ${samples}}]
`;

/** Verdicts of promtool 3.5 on the same files. */
const cases = [
  {
    name: 'an alert fires when its time has come',
    text: alertTest(2, '[{exp_labels: {job: a, severity: page}}]'),
  },
  {
    name: 'and not before',
    text: alertTest(1, '[{exp_labels: {job: a, severity: page}}]'),
    failure: /alertname: Down, time: 1m, \n {8}exp:\[\n.*\n {8}got:\[\]/s,
  },
  {
    name: 'an annotation may be empty',
    text: alertTest(1, '[{exp_labels: {job: a}, exp_annotations: {empty: ""}}]', 'Noted'),
  },
  {
    name: 'and is not the same as none',
    text: alertTest(1, '[{exp_labels: {job: a}}]', 'Noted'),
    failure: /exp:.*Annotations:\{\}.*got:.*Annotations:\{empty=""\}/s,
  },
  {
    name: 'a label that is expected to be empty is never met',
    text: alertTest(2, '[{exp_labels: {job: a, severity: page, rack: ""}}]'),
    failure: /exp:/,
  },
  {
    name: 'a histogram can be selected',
    text: exprTest(
      'h',
      '{{count:1 buckets:[1]}}+{{count:2 buckets:[2]}}x2',
      'h',
      '[{labels: h, histogram: "{{count:5 buckets:[5] counter_reset_hint:not_reset}}"}]',
    ),
  },
  {
    name: 'a histogram is no number',
    text: exprTest('h', '{{count:1}}x2', 'h', '[{labels: h, value: 0}]'),
    failure: /exp: h 0E\+00\n {8}got: h \{\{count:1 counter_reset_hint:not_reset\}\}/,
  },
  {
    name: 'nothing else can be done with a histogram',
    text: exprTest('h', '{{count:1}}x2', 'rate(h[2m])', '[]'),
    failure: /err: native histograms can be selected, but nothing be made of them/,
  },
  {
    name: 'a histogram ends as any series',
    text: exprTest('h', '{{count:1}} stale', 'h', '[]'),
  },
  {
    name: 'what Prometheus has as an experiment must be enabled',
    text: exprTest('x', '1x2', 'limitk(1, x)', '[{labels: x, value: 1}]'),
    failure: /function "limitk" is not enabled/,
  },
  {
    name: 'a test may begin at any time',
    text: `tests:
  - start_timestamp: "2024-01-01T00:00:00Z"
    promql_expr_test: [{expr: time(), eval_time: 5m, exp_samples: [{value: 1704067500}]}]
`,
  },
  {
    name: 'an unknown field',
    text: 'tests: []\nowner: me\n',
    failure: /2:1: field owner not found/,
  },
];

for (const { name, text, failure } of cases) {
  test(name, () => {
    const failures = failuresOf(text).join('\n');
    if (failure) assert.match(failures, failure);
    else assert.equal(failures, '');
  });
}
