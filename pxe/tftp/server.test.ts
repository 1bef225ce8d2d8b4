import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemClock } from '../../base/clock.ts';
import { BLOCK_SIZE_MAX } from './request.ts';
import { TftpServer } from './server.ts';
import { fetchFile } from './testdata/client.ts';

const folder = mkdtempSync(join(tmpdir(), 'clustermon-tftp-'));
const events: string[] = [];
let server: TftpServer;

const SIZES = [0, 1, 511, 512, 513, 1024, 1467, 1468, 1469, 2936, 65_536, 500_000];
const contents = new Map(SIZES.map((size) => [`f${size}`, randomBytes(size)]));
const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex');

before(async () => {
  for (const [name, bytes] of contents) writeFileSync(join(folder, name), bytes);
  writeFileSync(join(folder, 'lines'), 'one\ntwo\n');
  server = new TftpServer({
    address: '127.0.0.1',
    port: 0,
    find: async (name) =>
      name.includes('/') || name === 'none' ? undefined : { path: join(folder, name) },
    onEvent: (_peer, kind, text) => events.push(`${kind} ${text}`),
    clock: systemClock,
    retransmitMs: 50,
  });
  await server.open();
});

after(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const ask = (file: string, options: Parameters<typeof fetchFile>[1] = {}) =>
  fetchFile({ port: server.port, file }, options);

for (const size of SIZES) {
  test(`${size} bytes arrive whole with every kind of request`, async () => {
    const expected = md5(contents.get(`f${size}`) as Buffer);
    for (const options of [
      {},
      { blksize: 1468 },
      { blksize: 1468, windowsize: 4 },
      { blksize: 1024, windowsize: 16, tsize: true },
      { blksize: 8, windowsize: 64 },
    ]) {
      if (size > 70_000 && options.blksize === 8) continue;
      const got = await ask(`f${size}`, { options });
      assert.equal(md5(got.bytes), expected, JSON.stringify(options));
      if ('tsize' in options) assert.equal(got.oack.get('tsize'), String(size));
    }
  });
}

test('options are acknowledged as asked, cut to the limits, and only when known', async () => {
  const got = await ask('f1024', {
    raw: ['BLKSIZE', '65464', 'timeout', '3', 'windowsize', '1000', 'color', 'red', 'tsize', '0'],
  });
  assert.deepEqual(Object.fromEntries(got.oack), {
    blksize: String(BLOCK_SIZE_MAX),
    timeout: '3',
    windowsize: '64',
    tsize: '1024',
  });
});

test('a timeout alone is acknowledged, and nothing else', async () => {
  const got = await ask('f65536', { raw: ['timeout', '3'] });
  assert.deepEqual(Object.fromEntries(got.oack), { timeout: '3' });
  assert.equal(md5(got.bytes), md5(contents.get('f65536') as Buffer));
});

for (const [loss, windowsize] of [
  [0.05, 1],
  [0.05, 4],
  [0.05, 16],
  [0.2, 4],
] as const) {
  test(`a file arrives whole with ${loss * 100} % loss and a window of ${windowsize}`, async () => {
    const file = loss > 0.1 ? 'f65536' : 'f500000';
    const got = await Promise.all(
      [1, 2, 3, 4].map((seed) =>
        ask(file, { options: { blksize: 1468, windowsize }, loss, seed, retryMs: 50 }),
      ),
    );
    for (const one of got) assert.equal(md5(one.bytes), md5(contents.get(file) as Buffer));
  });
}

test('block numbers roll over from 65535 to 0', async () => {
  const bytes = randomBytes(65_600 * 8 + 3);
  writeFileSync(join(folder, 'long'), bytes);
  const got = await ask('long', { options: { blksize: 8, windowsize: 64 } });
  assert.equal(md5(got.bytes), md5(bytes));
});

test('a repeated acknowledgement is not answered with a repeated block', async () => {
  const got = await ask('f65536', { options: { blksize: 512 }, repeatAcks: true });
  assert.equal(got.dataPackets, 65_536 / 512 + 1);
});

test('fifty clients at once are served', async () => {
  const expected = md5(contents.get('f500000') as Buffer);
  const all = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      fetchFile(
        { port: server.port, file: 'f500000', from: `127.0.1.${i + 1}` },
        { options: { blksize: 1468, windowsize: 4 } },
      ),
    ),
  );
  for (const one of all) assert.equal(md5(one.bytes), expected);
  await until(() => server.transferCount === 0);
});

const refused: [string, string, string[] | undefined, number][] = [
  ['a file that is not there', 'none', undefined, 1],
  ['a path to outside', '../../etc/passwd', undefined, 2],
];
for (const [what, file, raw, code] of refused) {
  test(`${what} is refused at once with ERROR ${code}`, async () => {
    const startMs = Date.now();
    await assert.rejects(ask(file, raw ? { raw } : {}), { message: new RegExp(`^ERROR ${code}`) });
    assert.ok(Date.now() - startMs < 500);
  });
}

test('a write is refused', async () => {
  await assert.rejects(fetchFile({ port: server.port, file: 'new', opcode: 2 }), /^Error: ERROR 2/);
});

test('the size question of firmware is no failure', async () => {
  events.length = 0;
  await assert.rejects(
    ask('f1024', { options: { tsize: true, blksize: 1468 }, abortAfterOack: true }),
  );
  await until(() => events.length > 0);
  assert.deepEqual(events, ['tftp-size f1024: asked for its size']);
});

test('netascii translates ends of lines', async () => {
  const got = await ask('lines', { mode: 'netascii' });
  assert.equal(got.bytes.toString(), 'one\r\ntwo\r\n');
});

test('a packet from another port gets ERROR 5 and does not end the transfer', async () => {
  const got = await ask('f65536', { options: { blksize: 512 }, intruder: true });
  assert.equal(md5(got.bytes), md5(contents.get('f65536') as Buffer));
  assert.equal(got.intruderAnswer?.readUInt32BE(0), 0x00050005);
});

test('malformed packets by the thousand harm nothing', async () => {
  const socket = createSocket('udp4');
  const base = Buffer.from('\0\x01f1024\0octet\0blksize\x001468\0windowsize\x004\0', 'latin1');
  let state = 7;
  const next = (bound: number) => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return state % bound;
  };
  socket.on('message', (_bytes, from) => {
    if (from.port === server.port) return;
    // Short, empty and odd answers to the transfer's own port.
    socket.send(Buffer.from([0, 4, 0, 1].slice(0, next(5))), from.port);
    socket.send(randomBytes(next(8)), from.port);
    socket.send(Buffer.from([0, 5, 0, 0]), from.port);
  });
  for (let i = 0; i < 2000; i += 1) {
    const packet = Buffer.from(base.subarray(0, 1 + next(base.length)));
    packet[next(packet.length)] = next(256);
    await new Promise((sent) => socket.send(packet, server.port, sent));
  }
  await until(() => server.transferCount === 0, 20_000);
  socket.close();
  const got = await ask('f513', { options: { blksize: 512 } });
  assert.equal(got.bytes.length, 513);
});

const clients: [string, (port: number, file: string, out: string) => string[]][] = [
  [
    'tftp',
    (port, file, out) => ['127.0.0.1', String(port), '-m', 'binary', '-c', 'get', file, out],
  ],
  [
    'atftp',
    (port, file, out) => [
      '-g',
      '-r',
      file,
      '-l',
      out,
      '--option',
      'blksize 1468',
      '127.0.0.1',
      String(port),
    ],
  ],
  [
    'curl',
    (port, file, out) => [
      '-sS',
      '-o',
      out,
      '--tftp-blksize',
      '1468',
      `tftp://127.0.0.1:${port}/${file}`,
    ],
  ],
];
for (const [program, argumentsFor] of clients) {
  test(`${program} gets files whole`, async () => {
    for (const size of [1, 512, 1468, 65_536, 500_000]) {
      const out = join(folder, `out-${program}`);
      const child = spawn(program, argumentsFor(server.port, `f${size}`, out), { stdio: 'ignore' });
      const code = await new Promise((resolve, reject) => {
        child.on('exit', resolve);
        child.on('error', reject);
      });
      assert.equal(code, 0);
      assert.equal(
        md5(readFileSync(out)),
        md5(contents.get(`f${size}`) as Buffer),
        `${size} bytes`,
      );
    }
  });
}

async function until(condition: () => boolean, deadlineMs = 5000): Promise<void> {
  const endMs = Date.now() + deadlineMs;
  while (!condition()) {
    assert.ok(Date.now() < endMs, 'deadline passed');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
