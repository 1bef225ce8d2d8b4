import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expandNames, selectNodes } from './node-set.ts';

const expansions: [string, string[]][] = [
  ['n001', ['n001']],
  ['n[001-003]', ['n001', 'n002', 'n003']],
  ['n[8-11]', ['n8', 'n9', 'n10', 'n11']],
  ['n[1,4-5]-ib', ['n1-ib', 'n4-ib', 'n5-ib']],
  ['r[1-2]n[1-2]', ['r1n1', 'r1n2', 'r2n1', 'r2n2']],
  ['n[098-101]', ['n098', 'n099', 'n100', 'n101']],
];
for (const [text, expected] of expansions) {
  test(`${text} stands for ${expected.length} names`, () => {
    assert.deepEqual(expandNames(text), expected);
  });
}

for (const text of ['n[1-', 'n1]', 'n[3-1]', 'n[a]', 'n[]', 'n[1-999999]', 'n[1-1000][1-1000]']) {
  test(`${text} is refused`, () => {
    assert.throws(() => expandNames(text), { code: 'node-set' });
  });
}

const machines = [
  { name: 'n001', state: 'up', rack: 'r1', classes: ['WEB'] },
  { name: 'n002', state: 'failed', rack: 'r1', classes: [], aliases: ['52:54:00:aa:00:02'] },
  { name: 'N003', state: 'up', rack: 'r2', classes: ['WEB', 'DB'] },
];

const selections: [string[], string[]][] = [
  [['@all'], ['n001', 'n002', 'N003']],
  [['@rack:r1'], ['n001', 'n002']],
  [
    ['@class:WEB', 'n002'],
    ['n001', 'n002', 'N003'],
  ],
  [['@state:failed'], ['n002']],
  [['n[002-003]'], ['n002', 'N003']],
  [['n[001,003],n002'], ['n001', 'n002', 'N003']],
  [['52:54:00:AA:00:02'], ['n002']],
];
for (const [sets, expected] of selections) {
  test(`${sets.join(' ')} selects ${expected.join(' ')}`, () => {
    assert.deepEqual(
      selectNodes(sets, machines).map(({ name }) => name),
      expected,
    );
  });
}

const refused: [string, string][] = [
  ['n009', 'node-unknown'],
  ['@rack:r9', 'node-set-empty'],
  ['@row:1', 'node-set'],
  ['@rack', 'node-set'],
  ['@all:x', 'node-set'],
];
for (const [set, code] of refused) {
  test(`${set} is refused as ${code}`, () => {
    assert.throws(() => selectNodes([set], machines), { code });
  });
}

test('an empty group says which others there are', () => {
  assert.throws(() => selectNodes(['@state:foo'], machines), {
    message: '@state:foo has no members; there is @state:failed, @state:up',
  });
  assert.throws(() => selectNodes(['@rack:r1'], []), { message: '@rack:r1 has no members' });
});
