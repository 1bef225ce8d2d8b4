import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duplicatesOf } from './lint.ts';
import { parseRuleFile } from './rule-file.ts';

const cases = [
  { name: 'of one name', rules: ['{alert: A, expr: a}', '{alert: A, expr: b}'], want: ['A'] },
  {
    name: 'of one name that differ in a label',
    rules: ['{alert: A, expr: a, labels: {x: y}}', '{alert: A, expr: a}'],
    want: [],
  },
  {
    name: 'of one name and the same labels in another order',
    rules: [
      '{record: a, expr: a, labels: {x: y, z: w}}',
      '{record: a, expr: b, labels: {z: w, x: y}}',
    ],
    want: ['a'],
  },
  { name: 'made of severities', rules: ['{alert: A, warning: a, critical: b}'], want: [] },
];

for (const { name, rules, want } of cases) {
  test(`rules ${name}`, () => {
    const text = `groups:\n- name: g\n  rules:\n${rules.map((rule) => `  - ${rule}\n`).join('')}`;
    const { groups, problems } = parseRuleFile(text);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      duplicatesOf(groups).map((one) => one.name),
      want,
    );
  });
}
