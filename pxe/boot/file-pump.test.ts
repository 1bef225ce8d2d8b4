import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pumpFile } from './file-pump.ts';

const BYTES = 3_000_001;
const folder = mkdtempSync(join(tmpdir(), 'clustermon-pump-'));
const path = join(folder, 'image');
const content = Buffer.from(Array.from({ length: BYTES }, (_, at) => (at * 7 + (at >> 8)) & 255));
let range = { first: 0, last: BYTES - 1 };
let server: Server;
let isDone: Promise<void>;

before(async () => {
  writeFileSync(path, content);
  server = createServer((_request, response) => {
    isDone = (async () => {
      const file = await open(path);
      response.writeHead(200, { 'content-length': range.last - range.first + 1 });
      await pumpFile(file, range, response);
      await file.close();
    })();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});
after(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

async function ask(): Promise<IncomingMessage> {
  const { port } = server.address() as AddressInfo;
  return await new Promise((resolve) => get({ port, host: '127.0.0.1', agent: false }, resolve));
}

for (const [first, last] of [
  [0, BYTES - 1],
  [5, 5],
  [262_143, 524_288],
  [BYTES - 10, BYTES - 1],
] as const) {
  test(`bytes ${first} to ${last} arrive as they are`, async () => {
    range = { first, last };
    const parts: Buffer[] = [];
    for await (const part of await ask()) parts.push(part as Buffer);
    assert.ok(Buffer.concat(parts).equals(content.subarray(first, last + 1)));
    await isDone;
  });
}

test('a machine that goes away in the middle ends it', async () => {
  range = { first: 0, last: BYTES - 1 };
  const response = await ask();
  response.once('data', () => response.destroy());
  response.on('error', () => {});
  await new Promise((closed) => response.once('close', closed));
  await isDone;
});

test('a file that becomes shorter breaks the connection', async () => {
  range = { first: 0, last: BYTES };
  truncateSync(path, BYTES);
  const response = await ask();
  response.resume();
  await assert.rejects(
    new Promise((resolve, reject) => response.on('end', resolve).on('error', reject)),
    { code: 'ECONNRESET' },
  );
  await isDone;
});
