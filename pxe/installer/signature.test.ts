import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadSigningKey, openSigned } from './signature.ts';

const folder = mkdtempSync(join(tmpdir(), 'clustermon-key-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const key = loadSigningKey(join(folder, 'keys/signing.pem'));

test('the key is made once, for its owner alone', () => {
  const again = loadSigningKey(join(folder, 'keys/signing.pem'));
  assert.equal(again.publicKey, key.publicKey);
  assert.equal(statSync(join(folder, 'keys/signing.pem')).mode & 0o777, 0o600);
});

test('a signed document comes back as it was', () => {
  const document = { node: 'web01', disks: [{ name: 'sda', sizeBytes: 1 }] };
  assert.deepEqual(openSigned(key.sign(document), key.publicKey), document);
});

test('a changed document, signature or key is refused', () => {
  const signed = key.sign({ node: 'web01' });
  const other = loadSigningKey(join(folder, 'other.pem'));
  const changed = Buffer.from('{"node":"web02"}').toString('base64');
  assert.throws(() => openSigned({ ...signed, document: changed }, key.publicKey), {
    code: 'signature',
  });
  assert.throws(() => openSigned({ ...signed, signature: '' }, key.publicKey), {
    code: 'signature',
  });
  assert.throws(() => openSigned(signed, other.publicKey), { code: 'signature' });
});
