import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Manifest } from '../image/manifest.ts';
import { extractImage, type ImageSource } from './extract.ts';

const CHUNK = 64 * 1024;
const folder = mkdtempSync(join(tmpdir(), 'clustermon-extract-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let archive: Buffer;
let content: Buffer;
let manifest: Manifest;

before(() => {
  content = randomBytes(5 * CHUNK + 1234);
  mkdirSync(join(folder, 'in'));
  writeFileSync(join(folder, 'in/file'), content);
  const tar = execFileSync('tar', ['-c', '-C', join(folder, 'in'), '.']);
  archive = execFileSync('zstd', ['-c', '-1'], { input: tar });
  const hashes = [];
  for (let at = 0; at < archive.length; at += CHUNK)
    hashes.push(hash(archive.subarray(at, at + CHUNK)));
  manifest = {
    id: 'image-0',
    suite: '',
    architecture: 'amd64',
    classes: [],
    sizeBytes: archive.length,
    contentBytes: content.length,
    sha256: hash(archive),
    chunkBytes: CHUNK,
    chunks: hashes,
    packages: 0,
    builtMs: 0,
  };
});

test('unpacks what the manifest describes, and says how far it is', async () => {
  const seen: number[] = [];
  await extractImage(source(1000), manifest, target('whole'), ({ percent }) => seen.push(percent));
  assert.deepEqual(readFileSync(join(folder, 'whole/file')), content);
  assert.equal(seen.at(-1), 100);
});

test('a connection that breaks is taken up at the next chunk', async () => {
  const starts: number[] = [];
  const broken: ImageSource = {
    async imageFrom(id, from) {
      starts.push(from);
      return cut(await source(7777).imageFrom(id, from), CHUNK + 100);
    },
  };
  await extractImage(broken, manifest, target('broken'), () => {});
  assert.deepEqual(readFileSync(join(folder, 'broken/file')), content);
  assert.deepEqual(starts.slice(0, 3), [0, CHUNK, 2 * CHUNK]);
});

test('a changed byte is refused before it is unpacked', async () => {
  const bad = Buffer.from(archive);
  bad[2 * CHUNK + 5] = (bad[2 * CHUNK + 5] ?? 0) ^ 1;
  const promise = extractImage(source(1000, bad), manifest, target('bad'), () => {});
  await assert.rejects(promise, { code: 'image-tampered', message: /chunk 2/ });
});

test('a source that brings nothing is given up', async () => {
  const silent: ImageSource = { imageFrom: async () => cut(await source(10).imageFrom('', 0), 0) };
  const promise = extractImage(silent, manifest, target('silent'), () => {});
  await assert.rejects(promise, { code: 'image-extract' });
});

function source(pieceBytes: number, bytes?: Buffer): ImageSource {
  return {
    async imageFrom(_id, from) {
      const data = bytes ?? archive;
      return (async function* () {
        for (let at = from; at < data.length; at += pieceBytes)
          yield data.subarray(at, at + pieceBytes);
      })();
    },
  };
}

async function* cut(stream: AsyncIterable<Uint8Array>, after: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of stream) {
    if (bytes >= after) throw new Error('connection reset');
    yield piece;
    bytes += piece.length;
  }
}

function target(name: string): string {
  mkdirSync(join(folder, name));
  return join(folder, name);
}

function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
