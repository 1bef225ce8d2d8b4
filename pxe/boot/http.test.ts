import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { type Ipv4, type Mac, parseIpv4, parseMac } from '../../wire/address.ts';
import { BootFiles } from './files.ts';
import { bootHttp } from './http.ts';
import { Machines } from './machines.ts';

const MAC = parseMac('52:54:00:aa:00:01') as Mac;
const folder = mkdtempSync(join(tmpdir(), 'clustermon-boot-'));
const events: string[] = [];
let app: FastifyInstance;

before(() => {
  const boot = join(folder, 'boot');
  mkdirSync(boot);
  writeFileSync(join(boot, 'grubx64.efi'), 'signed grub');
  writeFileSync(join(folder, 'secret'), 'secret');
  symlinkSync(join(folder, 'secret'), join(boot, 'link'));
  writeFileSync(join(folder, 'vmlinuz'), '0123456789');
  const machines = new Machines(() => new Map([[parseIpv4('127.0.0.1') as Ipv4, MAC]]));
  app = bootHttp({
    files: new BootFiles(boot),
    machines,
    installerFor: (architecture = 'amd64') =>
      architecture === 'amd64'
        ? { architecture, kernel: join(folder, 'vmlinuz'), initramfs: join(folder, 'absent') }
        : { missing: 'no installer', advice: 'build it' },
    scriptFor: (mac) => `#!ipxe\necho ${mac}\n`,
    grubConfigFor: (mac) => `echo ${mac}\n`,
    onEvent: (mac, kind, text) => events.push(`${mac} ${kind} ${text}`),
  });
});

after(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

const found: [string, string][] = [
  ['/ipxe/52-54-00-aa-00-01', `#!ipxe\necho ${MAC}\n`],
  ['/ipxe/52:54:00:AA:00:01', `#!ipxe\necho ${MAC}\n`],
  ['/boot/52-54-00-aa-00-01/grubx64.efi', 'signed grub'],
  ['/boot/grubx64.efi', 'signed grub'],
  // What shim asks for.
  ['//grubx64.efi', 'signed grub'],
  ['/grub/grub.cfg', `echo ${MAC}\n`],
  ['/media/amd64/vmlinuz', '0123456789'],
];
for (const [url, body] of found) {
  test(`GET ${url} is answered without a redirect`, async () => {
    const response = await app.inject({ url });
    assert.equal(response.statusCode, 200);
    assert.equal(response.body, body);
    const head = await app.inject({ method: 'HEAD', url });
    assert.equal(head.statusCode, 200);
    assert.equal(head.headers['content-length'], String(body.length), 'HEAD names the length');
  });
}

const refused = [
  '/nothing.efi',
  '/../secret',
  '/boot/..%2f..%2fsecret',
  '/boot/%2e%2e/secret',
  '/link',
  '/boot/link',
  '/ipxe/nonsense',
  '/%zz',
  '/boot/',
  '/media/',
  '/media/arm64/vmlinuz',
  '/media/amd64/../secret',
];
for (const url of refused) {
  test(`GET ${url} finds nothing`, async () => {
    const response = await app.inject({ url });
    assert.ok([400, 404].includes(response.statusCode), String(response.statusCode));
    assert.ok(!response.body.includes('secret'));
  });
}

const ranges: [string, number, string, string?][] = [
  ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
  ['bytes=7-', 206, '789', 'bytes 7-9/10'],
  ['bytes=-3', 206, '789', 'bytes 7-9/10'],
  ['bytes=5-99', 206, '56789', 'bytes 5-9/10'],
  ['bytes=10-', 416, '', 'bytes */10'],
  ['bytes=-0', 416, '', 'bytes */10'],
  ['bytes=4-2', 200, '0123456789'],
  ['bytes=0-1,3-4', 200, '0123456789'],
  ['lines=1-2', 200, '0123456789'],
];
for (const [range, status, body, contentRange] of ranges) {
  test(`Range ${range} is answered with ${status}`, async () => {
    const response = await app.inject({ url: '/media/amd64/vmlinuz', headers: { range } });
    assert.equal(response.statusCode, status);
    assert.equal(response.body, body);
    assert.equal(response.headers['content-range'], contentRange);
  });
}

test('connections are bounded, in number and in time without a byte', () => {
  assert.equal(app.server.maxConnections, 4096);
  assert.equal(app.server.timeout, 60_000);
});

test('a range of a file that has changed since is answered with the whole file', async () => {
  const headers = { range: 'bytes=2-4', 'if-range': '"other"' };
  assert.equal((await app.inject({ url: '/media/amd64/vmlinuz', headers })).statusCode, 200);
});

test('each fetch is a step of the machine’s boot, by address or by the MAC in the path', async () => {
  events.length = 0;
  await app.inject({ url: '/boot/52-54-00-aa-00-09/grubx64.efi' });
  await app.inject({ url: '/media/amd64/vmlinuz' });
  await app.inject({ url: '/nothing.efi' });
  assert.deepEqual(events, [
    '52:54:00:aa:00:09 http-file GET /boot/52-54-00-aa-00-09/grubx64.efi',
    '52:54:00:aa:00:01 http-file GET /media/amd64/vmlinuz',
    '52:54:00:aa:00:01 http-missing GET /nothing.efi',
  ]);
});
