import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gradeOf } from './thresholds.ts';

const cases = [
  { value: 79, warning: 80, critical: 90, grade: 'good' },
  { value: 80, warning: 80, critical: 90, grade: 'warning' },
  { value: 90, warning: 80, critical: 90, grade: 'critical' },
  { value: 90, warning: 80, critical: null, grade: 'warning' },
  { value: 5, warning: 20, critical: 10, grade: 'critical' },
  { value: 15, warning: 20, critical: 10, grade: 'warning' },
  { value: 25, warning: 20, critical: 10, grade: 'good' },
  { value: null, warning: 0, critical: 0, grade: 'good' },
  { value: 1e9, warning: null, critical: null, grade: 'good' },
];
for (const { grade, value, ...limits } of cases) {
  test(`${value} is ${grade} at ${limits.warning} and ${limits.critical}`, () =>
    assert.equal(gradeOf(value, limits), grade));
}
