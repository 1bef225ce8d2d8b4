import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hardwareOf } from './hardware.ts';

test('facts of the hardware in groups, everything else left out', () => {
  const facts = {
    'os.name': 'Debian',
    'nic.eth10': 'b',
    'nic.eth2': 'a',
    'cpu.model': 'EPYC',
    cpu: 'none',
  };
  assert.deepEqual(hardwareOf(facts), [
    { title: 'Processor', rows: [['model', 'EPYC']] },
    {
      title: 'Network interfaces',
      rows: [
        ['eth2', 'a'],
        ['eth10', 'b'],
      ],
    },
  ]);
  assert.deepEqual(hardwareOf({}), []);
});
