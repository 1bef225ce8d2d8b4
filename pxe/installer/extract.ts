import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, statfsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { InputError, WorldError } from '../../base/errors.ts';
import type { Manifest } from '../image/manifest.ts';

/** Where the bytes of an image come from: HTTP today, multicast when it can. */
export interface ImageSource {
  /** The archive from byte `from` on; the iteration may end or fail early. */
  imageFrom(id: string, from: number): Promise<AsyncIterable<Uint8Array>>;
}

export interface ExtractProgress {
  readonly percent: number;
  readonly bytesPerSecond: number;
}

interface Tar {
  write(data: Buffer): Promise<void>;
  /** Resolves when everything is unpacked. */
  finish(): Promise<void>;
  abandon(): void;
}

/** The first of many errors says what is wrong. */
const ERRORS_LENGTH_MAX = 2000;
/** Connections that bring not a single chunk before the extraction gives up. */
const FRUITLESS_MAX = 20;

/**
 * Unpacks an image below `target` while it comes in. A chunk goes to tar only when its hash is that of the manifest; a connection that
 * breaks is taken up at the next chunk.
 * @throws InputError `image-tampered` when a chunk is not what the manifest says, `target-full` when the disk is too small for it
 * @throws WorldError `image-extract` when tar fails or nothing more comes
 */
export async function extractImage(
  source: ImageSource,
  manifest: Manifest,
  target: string,
  onProgress: (progress: ExtractProgress) => void,
): Promise<void> {
  requireSpace(target, manifest);
  const tar = startTar(target);
  try {
    await receive(source, manifest, tar, onProgress);
    await tar.finish();
  } catch (error) {
    tar.abandon();
    throw error;
  }
}

async function receive(
  source: ImageSource,
  manifest: Manifest,
  tar: Tar,
  onProgress: (progress: ExtractProgress) => void,
): Promise<void> {
  const begunMs = Date.now();
  let done = 0;
  let fruitless = 0;
  while (done < manifest.sizeBytes) {
    const before = done;
    try {
      for await (const chunk of chunksOf(
        await source.imageFrom(manifest.id, done),
        manifest,
        done,
      )) {
        await tar.write(chunk);
        done += chunk.length;
        const seconds = Math.max(0.001, (Date.now() - begunMs) / 1000);
        onProgress({
          percent: Math.floor((done / manifest.sizeBytes) * 100),
          bytesPerSecond: Math.round(done / seconds),
        });
      }
    } catch (error) {
      // Anything else is the connection's end.
      if (error instanceof InputError || error instanceof WorldError) throw error;
    }
    fruitless = done > before ? 0 : fruitless + 1;
    if (fruitless > FRUITLESS_MAX) {
      throw new WorldError('image-extract', `receiving ${manifest.id}`, 'no more data comes');
    }
  }
}

/** The layout may spread the system over several file systems, so that only what fits into none of them together is refused here. */
function requireSpace(target: string, { id, contentBytes }: Manifest): void {
  const free = mountsBelow(target, readFileSync('/proc/self/mounts', 'utf8'))
    .map((path) => statfsSync(path))
    .reduce((sum, { bavail, bsize }) => sum + bavail * bsize, 0);
  if (free >= contentBytes) return;
  const [needed, there] = [contentBytes, free].map(
    (bytes) => `${Math.floor(bytes / 1024 ** 2)} MiB`,
  );
  throw new InputError(
    'target-full',
    `${id} has ${needed}, and the new file systems only ${there}`,
  );
}

/**
 * A folder, and the file systems that are mounted below it.
 * @param mounts as in /proc/self/mounts, proc(5)
 */
export function mountsBelow(folder: string, mounts: string): readonly string[] {
  const points = mounts.split('\n').flatMap((line) => line.split(' ')[1] ?? []);
  return [folder, ...points.filter((point) => point.startsWith(`${folder}/`))];
}

/** Cuts a stream into the manifest's chunks and checks each; what is left over of a broken stream is dropped. */
async function* chunksOf(
  stream: AsyncIterable<Uint8Array>,
  manifest: Manifest,
  from: number,
): AsyncGenerator<Buffer> {
  let index = from / manifest.chunkBytes;
  let parts: Uint8Array[] = [];
  let have = 0;
  for await (const data of stream) {
    let rest = data;
    while (rest.length > 0) {
      const left = manifest.sizeBytes - index * manifest.chunkBytes;
      const size = Math.min(manifest.chunkBytes, left);
      if (size <= 0)
        throw new InputError('image-tampered', 'the image is longer than its manifest');
      const piece = rest.subarray(0, size - have);
      parts.push(piece);
      have += piece.length;
      rest = rest.subarray(piece.length);
      if (have < size) continue;
      const chunk = Buffer.concat(parts);
      if (createHash('sha256').update(chunk).digest('hex') !== manifest.chunks[index]) {
        throw new InputError('image-tampered', `chunk ${index} of ${manifest.id} has another hash`);
      }
      yield chunk;
      index += 1;
      parts = [];
      have = 0;
    }
  }
}

function startTar(target: string): Tar {
  const args = [
    '--extract',
    '--numeric-owner',
    '--xattrs',
    '--xattrs-include=*',
    '--directory',
    target,
  ];
  const child = spawn('tar', [...args, '--use-compress-program=zstd -dc', '--file=-'], {
    stdio: ['pipe', 'inherit', 'pipe'],
  });
  const errors = collect(child.stderr);
  const input: Writable = child.stdin;
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', (cause) => reject(new WorldError('image-extract', 'running tar', cause)));
    child.on('close', (status) => {
      if (status === 0) resolve();
      else reject(tarError(status, errors()));
    });
  });
  // Reported by `ended`; a pipe that breaks is only its consequence.
  input.on('error', () => undefined);
  ended.catch(() => undefined);
  return {
    write: async (data) => {
      if (!input.write(data)) await Promise.race([once(input, 'drain'), ended]);
    },
    finish: async () => {
      input.end();
      await ended;
    },
    abandon: () => {
      child.kill('SIGKILL');
    },
  };
}

/** What tar says of a write that failed, or was cut short. */
const FULL = /^tar: (.*?): (?:(?:[^:]*: )?No space left on device|Wrote only \d+ of \d+ bytes)$/m;

function tarError(status: number | null, lines: string): Error {
  const full = FULL.exec(lines);
  return full
    ? new InputError('target-full', `no space is left for ${full[1]}`)
    : new WorldError('image-extract', `tar ended with ${status}`, lines);
}

function collect(stream: Readable): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    if (text.length < ERRORS_LENGTH_MAX) text += chunk.toString();
  });
  return () => text.trim();
}
