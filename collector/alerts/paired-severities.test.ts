import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert } from '../notify/alert.ts';
import { Inhibitor } from '../notify/inhibit.ts';
import { GroupState } from './group.ts';
import { PairedSeverities } from './paired-severities.ts';
import { parseRuleFile } from './rule-file.ts';
import { RuleSeries } from './rule-series.ts';
import { contextOver, seriesOf } from './testing/series.ts';

const RULES = `groups:
  - name: g
    rules:
      - {alert: Full, warning: x > 90, critical: x > 95}
      - {alert: Other, expr: x > 90, labels: {severity: warning}}
`;

test('the warning of the same series is inhibited while the critical alert fires', () => {
  const [group] = parseRuleFile(RULES).groups;
  assert.ok(group);
  const state = new GroupState(group, new RuleSeries());
  const pairs = new PairedSeverities();
  assert.ok(pairs.learn(state.rules));
  state.evaluate(
    0,
    contextOver(
      seriesOf({
        'x{host="a",mount="/"}': '99',
        'x{host="a",mount="/var"}': '91',
        'x{host="b"}': '97',
      }),
    ),
  );
  assert.ok(pairs.learn(state.rules), 'labels of the new alerts');
  assert.ok(!pairs.learn(state.rules), 'nothing new');

  const inhibitor = new Inhibitor(pairs.inhibitRules());
  const alerts = state.rules.flatMap(({ alerts: all }) =>
    [...(all?.instances.values() ?? [])].map(({ labels }) => labels.toObject()),
  );
  for (const labels of alerts) inhibitor.put(firing(labels));
  const inhibited = alerts.filter((labels) => inhibitor.inhibitedBy(labels, 0).length > 0);
  assert.deepEqual(inhibited, [
    { alertname: 'Full', host: 'a', mount: '/', severity: 'warning' },
    { alertname: 'Full', host: 'b', severity: 'warning' },
  ]);
});

function firing(labels: Readonly<Record<string, string>>): Alert {
  return { labels, annotations: {}, startsAtMs: 0, endsAtMs: undefined, generatorUrl: '' };
}
