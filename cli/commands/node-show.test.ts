import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostSummary } from '../../wire/http.ts';
import { describe } from './node-show.ts';

const host: HostSummary = {
  id: '0a6b73ff6b58e868fd2fcb413c96010d',
  number: 1,
  name: 'n001',
  state: 'up',
  address: '10.0.0.1',
  labels: {},
  firstSeenMs: 0,
  lastSeenMs: 0,
  clockOffsetMs: -20,
  seriesCount: 51,
};
const machine = {
  name: 'n001',
  state: 'up',
  address: '10.0.0.1',
  rack: undefined,
  classes: [],
  node: undefined,
  host,
  facts: { 'os.name': 'Debian GNU/Linux 12', 'cpu.model': 'EPYC' },
};

test('a monitored host is shown with what its agent tells', () => {
  assert.equal(
    describe(machine),
    `n001
  state         up
  address       10.0.0.1
  host id       0a6b73ff6b58e868fd2fcb413c96010d
  series        51
  cpu.model     EPYC
  os.name       Debian GNU/Linux 12
`,
  );
});

for (const [clockOffsetMs, shown] of [
  [3_210, '3.2 s ahead'],
  [-60_000, '60.0 s behind'],
] as const) {
  test(`a clock that is off is shown: ${shown}`, () => {
    const text = describe({ ...machine, host: { ...host, clockOffsetMs } });
    assert.ok(text.includes(`  clock         ${shown}\n`), text);
  });
}

test('who decided what is shown', () => {
  const change = { who: 'cli:root', from: '127.0.0.1', node: 'n001', detail: '' };
  const text = describe({
    ...machine,
    changes: [
      { ...change, atMs: 1_700_000_000_000, action: 'approve' },
      { ...change, atMs: 0, action: 'assign', detail: '{"rack":"r1"}' },
    ],
  });
  assert.ok(
    text.endsWith(`  changed       2023-11-14 22:13:20, approve by cli:root from 127.0.0.1
  changed       1970-01-01 00:00:00, assign by cli:root from 127.0.0.1: {"rack":"r1"}
`),
    text,
  );
});
