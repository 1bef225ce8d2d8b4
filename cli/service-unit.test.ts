import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceUnit } from './service-unit.ts';

const CASES: readonly [args: readonly string[], line: string][] = [
  [['up'], 'ExecStart=/opt/clustermon/clustermon up'],
  [
    ['up', '--agents', 'eth0.100', 'br-lan'],
    'ExecStart=/opt/clustermon/clustermon up --agents eth0.100 br-lan',
  ],
  [
    ['--data', '/srv/my data', 'up'],
    'ExecStart=/opt/clustermon/clustermon --data "/srv/my data" up',
  ],
  [
    ['--data', '/srv/100%"\\$x', 'up'],
    'ExecStart=/opt/clustermon/clustermon --data "/srv/100%%\\"\\\\$$x" up',
  ],
  [['--data', '/srv/a\nb', 'up'], 'ExecStart=/opt/clustermon/clustermon --data "/srv/a\\nb" up'],
];

for (const [args, line] of CASES) {
  test(`${args.join(' ')}: ${line}`, () => {
    const unit = serviceUnit({ program: '/opt/clustermon/clustermon', args });
    assert.ok(unit.split('\n').includes(line), unit);
  });
}

test('the folder of the checkout may have a space in its name', () => {
  const unit = serviceUnit({ program: '/srv/my rack/clustermon', args: ['up'] });
  assert.match(unit, /^ExecStart="\/srv\/my rack\/clustermon" up$/m);
  assert.match(unit, /^Documentation=file:\/srv\/my%%20rack\/docs\/monitoring.md$/m);
});
