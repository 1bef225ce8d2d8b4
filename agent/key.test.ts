import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readKey } from './key.ts';

const HEX = '0123456789abcdef'.repeat(4);

const cases = [
  {
    name: 'no secret in the data folder',
    files: {},
    error: {
      code: 'key-missing',
      message: /there is no copy of the cluster's secret at .*secret\. Copy/,
    },
  },
  {
    name: 'a key file that is not there',
    files: { secret: HEX },
    keyFile: 'key',
    error: { code: 'key-missing', message: /agent.keyFile: there is no file .*key$/ },
  },
  {
    name: 'a secret that cannot be read',
    files: {},
    secretFile: '.',
    error: { code: 'key-missing', message: /cannot read the key in .*EISDIR/ },
  },
  {
    name: 'half a secret',
    files: { secret: HEX.slice(1) },
    error: { code: 'key-invalid', message: /64 hexadecimal digits/ },
  },
];
for (const { name, files, error, keyFile = '', secretFile = '' } of cases) {
  test(`refused: ${name}`, () => {
    const data = mkdtempSync(join(tmpdir(), 'clustermon-key-'));
    const inside = (file: string) => (file === '' ? '' : join(data, file));
    try {
      for (const [file, text] of Object.entries(files)) writeFileSync(join(data, file), text);
      const settings = {
        data,
        open: false,
        keyFile: inside(keyFile),
        secretFile: inside(secretFile),
      };
      assert.throws(() => readKey(settings, 'a'.repeat(16)), error);
    } finally {
      rmSync(data, { recursive: true });
    }
  });
}

test('an open cluster needs no key', () => {
  const settings = { data: '/nowhere', open: true, keyFile: '', secretFile: '' };
  assert.equal(readKey(settings, 'a'.repeat(16)), undefined);
});
