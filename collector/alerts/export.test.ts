import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExportedGroup, exportRules } from './export.ts';
import { parseRuleFile } from './rule-file.ts';

const GROUP: ExportedGroup = {
  name: 'disks',
  interval: 60,
  queryOffset: 0,
  limit: 5,
  rules: [
    {
      type: 'alerting',
      name: 'Full',
      query: 'fs_full > 95',
      duration: 120,
      keepFiringFor: 0,
      labels: { severity: 'critical' },
      annotations: { summary: '{{ $value }} # full' },
      resolve: 'fs_full < 92',
      onMissing: 'fire',
    },
    { type: 'recording', name: 'job:up', query: 'sum(up)', labels: {} },
  ],
};

test('a file of rules reads as what was exported', () => {
  const { text, lost } = exportRules([GROUP, GROUP], false);
  assert.deepEqual(lost, []);
  const { groups, problems } = parseRuleFile(text);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    groups.map(({ name }) => name),
    ['disks', 'disks (2)'],
  );
  const [alert] = groups[0]?.rules ?? [];
  assert.ok(alert?.kind === 'alert');
  assert.deepEqual(
    [alert.forMs, alert.resolve, alert.onMissing],
    [120_000, 'fs_full < 92', 'fire'],
  );
});

test('for Prometheus our fields are comments', () => {
  const { text, lost } = exportRules([GROUP], true);
  assert.deepEqual(lost, ['Full: resolve: fs_full < 92', 'Full: on_missing: fire']);
  assert.match(text, /# resolve: fs_full < 92\n +# on_missing: fire\n +- alert: Full/);
  const [alert] = parseRuleFile(text).groups[0]?.rules ?? [];
  assert.ok(alert?.kind === 'alert');
  assert.deepEqual([alert.resolve, alert.onMissing], [undefined, undefined]);
});
