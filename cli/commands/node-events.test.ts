import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLimit } from './node-events.ts';

test('--limit is a whole number from 1', () => {
  assert.equal(readLimit('20'), 20);
  for (const text of ['x', '0', '-1', '1.5', '']) {
    assert.throws(() => readLimit(text), { code: 'commander.invalidArgument' }, text);
  }
});
