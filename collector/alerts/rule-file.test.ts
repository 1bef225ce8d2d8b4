import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EXPERIMENTAL_FEATURES } from './experimental.ts';
import { parseRuleFile } from './rule-file.ts';
import { TEXT_FILE_BYTES_MAX } from './text-file.ts';
import type { FileProblem } from './yaml-reader.ts';

const group = (rule: string) => `groups:\n- name: a\n  rules:\n  - ${rule}\n`;

/** `want` = line:column and the beginning of the message of each problem. */
const bad: readonly {
  readonly name: string;
  readonly text: string;
  readonly want: readonly string[];
}[] = [
  {
    name: 'an expression that does not parse',
    text: group('{alert: x, expr: up ==}'),
    want: ['4:22 group "a", rule 1, "x": could not parse expression: '],
  },
  {
    name: 'an expression of the wrong type',
    text: group("{alert: x, expr: 'sum(up[5m])'}"),
    want: ['4:22 group "a", rule 1, "x": could not parse expression: '],
  },
  {
    name: 'no name',
    text: group('{expr: up}'),
    want: ['4:5 group "a", rule 1, "": one of \'record\' or \'alert\' must be set'],
  },
  {
    name: 'two names',
    text: group('{record: a, alert: b, expr: up}'),
    want: ['4:14 group "a", rule 1, "b": only one of \'record\' and \'alert\' must be set'],
  },
  {
    name: 'no expression',
    text: group('{alert: x}'),
    want: ['4:5 group "a", rule 1, "x": field \'expr\' must be set in rule'],
  },
  {
    name: 'an unknown field',
    text: group('{alert: x, expr: up, owner: me}'),
    want: ['4:26 field owner not found in a rule'],
  },
  {
    name: 'a field twice',
    text: group('{alert: x, alert: y, expr: up}'),
    want: ['4:16 mapping key "alert" already defined at line 4'],
  },
  {
    name: 'a bad duration',
    text: group('{alert: x, expr: up, for: 5}'),
    want: ['4:31 not a valid duration string: "5"'],
  },
  {
    name: 'a duration that is out of range',
    text: group('{alert: x, expr: up, for: 293y}'),
    want: ['4:31 duration out of range: "293y"'],
  },
  {
    name: 'a label name',
    text: group("{alert: x, expr: up, labels: {'': c}}"),
    want: ['4:34 group "a", rule 1, "x": invalid label name: '],
  },
  {
    name: '__name__ as a label',
    text: group('{record: x, expr: up, labels: {__name__: c}}'),
    want: ['4:35 group "a", rule 1, "x": invalid label name: __name__'],
  },
  {
    name: 'the name of a recorded series',
    text: group("{record: 'a{b}', expr: up}"),
    want: ['4:14 group "a", rule 1, "a{b}": braces present'],
  },
  {
    name: 'for in a recording rule',
    text: group('{record: x, expr: up, for: 1m}'),
    want: ['4:32 group "a", rule 1, "x": invalid field \'for\' in recording rule'],
  },
  {
    name: 'a template',
    text: group("{alert: x, expr: up, annotations: {d: '{{ $x }}'}}"),
    want: ['4:39 group "a", rule 1, "x": annotation "d": template: 1: undefined variable "$x"'],
  },
  {
    name: 'on_missing',
    text: group('{alert: x, expr: up, on_missing: ignore}'),
    want: ['4:38 group "a", rule 1, "x": on_missing is "ignore", must be keep, resolve or fire'],
  },
  {
    name: 'resolve',
    text: group("{alert: x, expr: up, resolve: 'up >'}"),
    want: ['4:35 group "a", rule 1, "x": could not parse expression of \'resolve\': '],
  },
  {
    name: 'a group twice',
    text: 'groups:\n- name: a\n- name: a\n',
    want: ['3:3 groupname: "a" is repeated in the same file'],
  },
  {
    name: 'a group without a name',
    text: 'groups:\n- rules: []\n',
    want: ['2:3 Groupname must not be empty'],
  },
  {
    name: 'a list instead of a mapping',
    text: '- a\n',
    want: ['1:1 cannot unmarshal a list into a rule file'],
  },
  {
    name: 'a mapping instead of a list',
    text: 'groups: {}\n',
    want: ['1:9 cannot unmarshal a mapping into a list of rule groups'],
  },
  {
    name: 'a limit that is no number',
    text: 'groups:\n- {name: a, limit: x}\n',
    want: ['2:20 cannot unmarshal "x" into an integer'],
  },
  {
    name: 'an expression beside severities',
    text: group('{alert: x, expr: up, warning: up > 1}'),
    want: [`4:22 group "a", rule 1, "x": 'expr' must stand in 'warning' and 'critical'`],
  },
  {
    name: 'a label severity beside severities',
    text: group('{alert: x, warning: up > 1, labels: {severity: page}}'),
    want: ['4:41 group "a", rule 1, "x": label severity is given by'],
  },
  {
    name: 'a severity in a recording rule',
    text: group('{record: x, expr: up, critical: up > 1}'),
    want: ['4:37 group "a", rule 1, "x": invalid field \'critical\' in recording rule'],
  },
  {
    name: 'an unknown field of a severity',
    text: group('{alert: x, critical: {expr: up, limit: 5}}'),
    want: ['4:37 field limit not found in a severity'],
  },
  {
    name: 'a severity without an expression',
    text: group('{alert: x, critical: {for: 5m}}'),
    want: ['4:5 group "a", rule 1, "x": field \'expr\' must be set in rule'],
  },
  {
    name: 'an alias without its anchor',
    text: group('{alert: x, expr: up, labels: *common}'),
    want: ["4:34 unknown anchor 'common' referenced"],
  },
  {
    name: 'an anchor within itself',
    text: 'groups:\n- &g\n  name: a\n  <<: *g\n',
    want: ["4:7 anchor 'g' value contains itself"],
  },
  { name: 'broken YAML', text: 'groups: [\n', want: ['2:1 '] },
];

for (const { name, text, want } of bad) {
  test(`refuses ${name}`, () => {
    const got = parseRuleFile(text).problems.map(
      ({ line, column, message }) => `${line}:${column} ${message}`,
    );
    assert.equal(got.length, want.length, got.join('\n'));
    for (const [index, start] of want.entries()) {
      assert.equal(got[index]?.slice(0, start.length), start);
    }
  });
}

test('reads every field', () => {
  const text = readFileSync(join(import.meta.dirname, 'testdata/rules.good.yml'), 'utf8');
  const { groups, problems } = parseRuleFile(text);
  assert.deepEqual(problems, []);
  const [read] = groups;
  assert.equal(read?.intervalMs, 30_000);
  assert.equal(read?.queryOffsetMs, 60_000);
  assert.equal(read?.limit, 10);
  const [record, alert, merged] = read?.rules ?? [];
  assert.deepEqual(record, {
    kind: 'record',
    name: 'job:up:sum',
    expr: 'sum by (job) (up)',
    labels: { team: 'a', source: 'rule' },
    line: 9,
  });
  assert.ok(alert?.kind === 'alert' && merged?.kind === 'alert');
  assert.equal(alert.forMs, 300_000);
  assert.equal(alert.keepFiringForMs, 5_400_000);
  assert.equal(alert.resolve, 'load_one < 6');
  assert.equal(alert.onMissing, 'fire');
  assert.deepEqual([...alert.labels.keys()], ['team', 'severity', 'at']);
  assert.equal(merged.name, 'HostBusyToo');
  assert.equal(merged.expr, alert.expr);
});

const accepted: readonly {
  readonly name: string;
  readonly text: string;
  readonly rules: number;
  readonly rest?: readonly FileProblem[];
}[] = [
  { name: 'nothing', text: '', rules: 0 },
  { name: 'a comment', text: '# later\n', rules: 0 },
  {
    name: 'groups without rules',
    text: 'groups:\n- name: a\n  rules: null\n- name: b\n',
    rules: 0,
  },
  {
    name: 'the first of two documents',
    text: `${group('{record: a, expr: 1}')}---\ngroups: []\n`,
    rules: 1,
    rest: [
      {
        line: 5,
        column: 1,
        message: 'only the first document of a file is read; give what follows a file of its own',
      },
    ],
  },
  {
    name: 'a document between its markers',
    text: `# rules\n---\n${group('{record: a, expr: 1}')}...\n---\n# no more\n`,
    rules: 1,
  },
  {
    name: 'scalars of all kinds as texts',
    text: group('{alert: true, expr: 1, labels: {n: 5, b: true, z: null}}'),
    rules: 1,
  },
  {
    name: "names that are no identifiers, as Prometheus 3's",
    text: group('{alert: a, expr: 1, labels: {a-b: c}, annotations: {d.e: f}}'),
    rules: 1,
  },
  {
    name: 'two rules of one name',
    text: group('{alert: a, expr: 1}\n  - {alert: a, expr: 1}'),
    rules: 2,
  },
];

for (const { name, text, rules, rest = [] } of accepted) {
  test(`accepts ${name}`, () => {
    const { groups, problems, warnings } = parseRuleFile(text);
    assert.deepEqual(problems, []);
    assert.equal(groups.flatMap((one) => one.rules).length, rules);
    assert.deepEqual(warnings, rest);
  });
}

test('refuses a file that is too large at once', () => {
  const { problems } = parseRuleFile(`#${'x'.repeat(TEXT_FILE_BYTES_MAX)}`);
  assert.match(problems[0]?.message ?? '', /larger than 8 MiB; split it/);
});

test('refuses aliases that stand for millions of rules', () => {
  const rules = `- name: g0\n  rules: &rules\n  - &rule {alert: x, expr: up}\n${'  - *rule\n'.repeat(2000)}`;
  const groups = Array.from({ length: 2000 }, (_, i) => `- {name: a${i}, rules: *rules}\n`);
  const { problems } = parseRuleFile(`groups:\n${rules}${groups.join('')}`);
  assert.match(problems[0]?.message ?? '', /follows more than \d+ aliases/);
});

test('unknown fields may be ignored', () => {
  const text = group('{alert: x, expr: up, owner: me}');
  assert.deepEqual(parseRuleFile(text, { ignoreUnknownFields: true }).problems, []);
});

for (const { expr, feature, message } of [
  {
    expr: 'sum(limitk(1, up))',
    feature: 'promql-experimental-functions',
    message: 'function "limitk" is not enabled',
  },
  {
    expr: 'rate(up[1m * 2]) + 0',
    feature: 'promql-duration-expr',
    message: 'experimental duration expression is not enabled',
  },
  {
    expr: 'max_over_time(up[5m:step()])',
    feature: 'promql-duration-expr',
    message: 'experimental duration expression is not enabled',
  },
  {
    expr: 'rate(up[1m] anchored)',
    feature: 'promql-extended-range-selectors',
    message: 'anchored modifier is experimental and not enabled',
  },
  {
    expr: 'rate(up[5m]) + fill(0) rate(down[5m])',
    feature: 'promql-binop-fill-modifiers',
    message: 'binop fill modifiers are experimental and not enabled',
  },
] as const) {
  test(`${expr} is refused where Prometheus has ${feature} switched off`, () => {
    const text = group(`{record: x, expr: '${expr}'}`);
    const others = EXPERIMENTAL_FEATURES.filter((other) => other !== feature);
    assert.deepEqual(parseRuleFile(text).problems, []);
    assert.deepEqual(parseRuleFile(text, { features: [feature] }).problems, []);
    const { problems } = parseRuleFile(text, { features: others });
    assert.ok(problems[0]?.message.endsWith(message), problems[0]?.message);
  });
}

test('usual ranges, offsets and steps are no experiment', () => {
  const text = group(
    `{record: x, expr: 'rate(up[300] offset -5m) + max_over_time(up[1h:1m] offset 1m)'}`,
  );
  assert.deepEqual(parseRuleFile(text, { features: [] }).problems, []);
});

test('a rule with two severities is two rules', () => {
  const text = group(
    '{alert: Full, for: 5m, labels: {team: a}, warning: x > 90, critical: {expr: x > 95, for: 1m, resolve: x < 92}}',
  );
  const { groups, problems } = parseRuleFile(text);
  assert.deepEqual(problems, []);
  const rules = groups[0]?.rules.flatMap((rule) => (rule.kind === 'alert' ? [rule] : [])) ?? [];
  assert.deepEqual(
    rules.map(({ name, expr, forMs, resolve, isPaired }) => [name, expr, forMs, resolve, isPaired]),
    [
      ['Full', 'x > 90', 300_000, undefined, true],
      ['Full', 'x > 95', 60_000, 'x < 92', true],
    ],
  );
  assert.deepEqual(
    rules.map(({ labels }) => [labels.get('team')?.text, labels.get('severity')?.text]),
    [
      ['a', 'warning'],
      ['a', 'critical'],
    ],
  );
});
