import assert from 'node:assert/strict';
import test from 'node:test';
import { namePattern } from './name-pattern.ts';

const NAMES = ['n001', 'n002', 'n032', 'n033', 'web-1', 'WEB-2', 'db.rack[3]', '<img>'];

const cases: readonly [pattern: string, taken: readonly string[]][] = [
  ['', NAMES],
  ['!', NAMES],
  ['web', ['web-1', 'WEB-2']],
  ['n[001-032]', ['n001', 'n002', 'n032']],
  ['n[1,33]', ['n001', 'n033']],
  ['n[2', []],
  ['*2', ['n002', 'n032', 'WEB-2']],
  ['n??2', ['n002', 'n032']],
  ['web*, n001', ['n001', 'web-1', 'WEB-2']],
  ['n* !n03', ['n001', 'n002']],
  ['<img>', ['<img>']],
  ['rack[3', []],
  ['.*', []],
  ['[x-', []],
];
for (const [pattern, taken] of cases) {
  test(`"${pattern}" takes ${taken.length} names`, () => {
    assert.deepEqual(NAMES.filter(namePattern(pattern)), taken);
  });
}

test('a pattern of many stars is still answered at once', () => {
  const startMs = performance.now();
  assert.equal(namePattern(`${'*a'.repeat(20)}*b`)('a'.repeat(200)), false);
  assert.ok(performance.now() - startMs < 2_000);
});
