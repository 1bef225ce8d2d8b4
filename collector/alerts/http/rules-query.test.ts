import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRuleFile } from '../rule-file.ts';
import { pageOf, RulesFilter, type RulesQuery } from './rules-query.ts';

const { groups: parsed } = parseRuleFile(`groups:
- name: disks
  rules:
  - {alert: Full, expr: fs_full > 95, labels: {severity: critical, team: '{{ $labels.team }}'}}
  - {alert: Filling, expr: fs_full > 80, labels: {severity: warning}}
- name: sums
  rules:
  - {record: 'load:sum', expr: sum(load_one), labels: {severity: critical}}
- name: bare
  rules: [{alert: Bare, expr: up == 0}]
`);
const groups = parsed.map((group) => ({ ...group, file: '/etc/rules.yml' }));

function namesFor(query: RulesQuery): readonly string[] {
  const filter = new RulesFilter(query);
  return groups
    .filter((group) => filter.wantsGroup(group))
    .flatMap(({ rules }) => rules.filter((rule) => filter.wantsRule(rule)))
    .map(({ name }) => name);
}

const ALL = ['Full', 'Filling', 'load:sum', 'Bare'];
const filters: readonly (readonly [query: RulesQuery, want: readonly string[]])[] = [
  [{}, ALL],
  [{ type: 'alert' }, ['Full', 'Filling', 'Bare']],
  [{ type: 'record' }, ['load:sum']],
  [{ 'rule_name[]': ['Bare', 'Full'] }, ['Full', 'Bare']],
  [{ 'rule_group[]': 'disks' }, ['Full', 'Filling']],
  [{ 'file[]': '/etc/rules.yml' }, ALL],
  [{ 'file[]': 'other.yml' }, []],
  [{ 'match[]': '{severity="critical"}' }, ['Full', 'load:sum']],
  [
    { 'match[]': ['{severity="critical"}', '{severity="warning"}'] },
    ['Full', 'Filling', 'load:sum'],
  ],
  [{ 'match[]': '{team=~".*team.*",severity!=""}' }, ['Full']],
  [{ 'match[]': '{severity="critical"}', type: 'alert' }, ['Full']],
];
for (const [query, want] of filters) {
  test(`rules by ${JSON.stringify(query)}`, () => assert.deepEqual(namesFor(query), want));
}

const refused: readonly (readonly [query: RulesQuery, message: RegExp])[] = [
  [{ type: 'foo' }, /"type": not supported value "foo"/],
  [{ exclude_alerts: 'perhaps' }, /"exclude_alerts"/],
  [{ 'match[]': 'x{' }, /"match\[\]"/],
  [{ group_limit: '0' }, /"group_limit"/],
  [{ group_limit: '-1' }, /"group_limit"/],
  [{ group_next_token: 'abc' }, /"group_limit": must be given with group_next_token/],
  [{ group_limit: '1', group_next_token: 'abc' }, /"group_next_token"/],
];
for (const [query, message] of refused) {
  test(`refused: ${JSON.stringify(query)}`, () => {
    const ask = () => {
      new RulesFilter(query);
      pageOf(groups, query);
    };
    assert.throws(ask, { code: 'query-parameter', message });
  });
}

test('groups come page by page', () => {
  const first = pageOf(groups, { group_limit: '2' });
  assert.deepEqual(
    first.groups.map(({ name }) => name),
    ['disks', 'sums'],
  );
  // What sha1sum gives for "/etc/rules.yml;bare".
  assert.equal(first.groupNextToken, '54226c7ffc109c2c3ae641b319a8a8bd8f0292f1');
  const last = pageOf(groups, { group_limit: '2', group_next_token: first.groupNextToken });
  assert.deepEqual(
    last.groups.map(({ name }) => name),
    ['bare'],
  );
  assert.equal(last.groupNextToken, undefined);
});

test('alerts are there unless they are excluded', () => {
  assert.equal(new RulesFilter({}).withAlerts, true);
  assert.equal(new RulesFilter({ exclude_alerts: 'false' }).withAlerts, true);
  assert.equal(new RulesFilter({ exclude_alerts: 'true' }).withAlerts, false);
});
