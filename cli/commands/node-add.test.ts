import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addQuirk } from './node-add.ts';

const quirks: readonly [string, object][] = [
  ['secureBoot', { secureBoot: true }],
  ['secureBoot=true', { secureBoot: true }],
  ['secureBoot=false', { secureBoot: false }],
  ['tftpBlockSizeMax=1024', { tftpBlockSizeMax: 1024 }],
];
for (const [text, quirk] of quirks) {
  test(`--quirk ${text} adds to those before`, () => {
    assert.deepEqual(addQuirk(text, { noVendorClass: true }), { noVendorClass: true, ...quirk });
  });
}

for (const text of ['secureBoot=yes', 'secureBoot=', '=true', '', 'secureBoot=true=true']) {
  test(`--quirk ${text} is refused, not taken for false`, () => {
    assert.throws(() => addQuirk(text), { code: 'commander.invalidArgument' });
  });
}
