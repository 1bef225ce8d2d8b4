import assert from 'node:assert/strict';
import test from 'node:test';
import { tellingNames } from './telling-names.ts';

const cases: readonly [
  name: string,
  series: readonly Record<string, string>[],
  names: readonly string[],
][] = [
  ['one series', [{ host: 'a' }], ['full']],
  [
    'hosts',
    [
      { host: 'a', rack: 'r1', u: '1' },
      { host: 'b', rack: 'r2', u: '1' },
    ],
    ['a', 'b'],
  ],
  [
    'devices of one host',
    [
      { host: 'a', device: 'x' },
      { host: 'a', device: 'y' },
    ],
    ['x', 'y'],
  ],
  [
    'devices of hosts',
    [
      { host: 'a', device: 'x' },
      { host: 'a', device: 'y' },
      { host: 'b', device: 'x' },
    ],
    ['a x', 'a y', 'b x'],
  ],
  ['a label that some lack', [{ class: 'WEB' }, {}], ['WEB', '–']],
  ['a label of every object', [{ constructor: 'WEB' }, { other: 'x' }], ['WEB –', '– x']],
  ['nothing tells them apart', [{ a: '1' }, { a: '1' }], ['full', 'full']],
  ['nothing', [], []],
];
for (const [name, series, names] of cases) {
  test(name, () =>
    assert.deepEqual(
      tellingNames(series, () => 'full'),
      names,
    ),
  );
}
