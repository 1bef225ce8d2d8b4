import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBootParameters } from './command-line.ts';

const SERVER = 'clustermon.server=http://10.0.0.2:8642';
const MAC = 'clustermon.mac=52-54-00-AA-00-01';

const GOOD: readonly string[] = [
  `BOOT_IMAGE=vmlinuz ${SERVER} ${MAC} console=ttyS0\n`,
  `${MAC} ${SERVER}/`,
  `clustermon.server=http://old ${SERVER} ${MAC}`,
];
for (const text of GOOD) {
  test(`reads ${JSON.stringify(text)}`, () => {
    const found = parseBootParameters(text);
    assert.deepEqual(found, { server: 'http://10.0.0.2:8642', mac: '52:54:00:aa:00:01' });
  });
}

const BAD: readonly string[] = [
  '',
  SERVER,
  MAC,
  `clustermon.server=ftp://x ${MAC}`,
  `${SERVER} clustermon.mac=1`,
];
for (const text of BAD) {
  test(`refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseBootParameters(text), { code: 'installer-parameter' });
  });
}
