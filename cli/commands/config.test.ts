import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { alertingProblems, archiveProblems } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'clustermon-config-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const goodRules = file('good.yml', 'groups: [{name: g, rules: [{alert: A, expr: up == 0}]}]\n');
const badRules = file('bad.yml', 'groups:\n- name: g\n  rules:\n  - {alert: A, expr: up ==}\n');
const goodRouting = file(
  'good-routing.yml',
  'route: {receiver: a}\nreceivers: [{name: a, exec_configs: [{command: [/bin/true]}]}]\n',
);
const badRouting = file(
  'bad-routing.yml',
  'route:\n  receiver: a\n  routes:\n    - receiver: b\nreceivers: [{name: a}]\n',
);

test('rules and routing that are right have no problems', () => {
  assert.deepEqual(alertingProblems({ ruleFiles: [goodRules], routingFile: goodRouting }), []);
  assert.deepEqual(alertingProblems({ ruleFiles: [], routingFile: '' }), []);
});

test('all problems of rules and routing are told with their places', () => {
  const missing = join(folder, 'none*.yml');
  assert.deepEqual(
    alertingProblems({ ruleFiles: [goodRules, badRules, missing], routingFile: badRouting }),
    [
      `${badRules}:4:22: group "g", rule 1, "A": could not parse expression: 1:6: parse error: unexpected end of input`,
      `${missing}: no such rule file`,
      `${badRouting}:4:7: undefined receiver "b" used in route`,
    ],
  );
});

test('a routing file that is not there is a problem', () => {
  const routingFile = join(folder, 'none.yml');
  const [problem, ...others] = alertingProblems({ ruleFiles: [], routingFile });
  assert.match(problem ?? '', /none\.yml: .*ENOENT/);
  assert.deepEqual(others, []);
});

test('archives must fit each other', () => {
  assert.deepEqual(archiveProblems(['1s:6h', '10s:2d']), []);
  assert.match(
    archiveProblems(['1s:6h', '10s:2d', '25s:60d']).join('\n'),
    /^collector\.archives: .*25s/,
  );
  assert.match(archiveProblems(['1s:1m']).join('\n'), /^collector\.archives: .*1s:1m/);
});
