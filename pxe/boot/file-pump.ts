import type { FileHandle } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import type { ByteRange } from './range.ts';

/** Large enough that a read costs little beside its bytes, small enough that a hundred machines at once need 50 MiB. */
const BUFFER_BYTES = 256 * 1024;

/**
 * Sends a part of a file and ends the answer. Two buffers take turns, one read into while the other is on its way: fresh memory for
 * each read would cost as much as the read itself (docs/decisions/0084). A machine that goes away in the middle is no error; a file that
 * cannot be read on breaks the connection, by which the machine sees that something is missing.
 */
export async function pumpFile(
  file: FileHandle,
  { first, last }: ByteRange,
  response: ServerResponse,
): Promise<void> {
  // What is written to a machine that has gone is told twice, by the callback and by an event.
  response.on('error', () => {});
  const gone = new Promise<false>((resolve) => response.once('close', () => resolve(false)));
  let [buffer, other] = [allocate(), allocate()];
  let isSent = Promise.resolve(true);
  try {
    for (let at = first; at <= last; ) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(BUFFER_BYTES, last - at + 1), at);
      if (bytesRead === 0) throw new Error('the file became shorter');
      // The other buffer is free again once the kernel has it.
      if (!(await Promise.race([isSent, gone]))) return;
      const piece = buffer.subarray(0, bytesRead);
      isSent = new Promise((resolve) => response.write(piece, (error) => resolve(!error)));
      at += bytesRead;
      [buffer, other] = [other, buffer];
    }
    response.end();
  } catch {
    response.destroy();
  }
}

function allocate(): Buffer {
  return Buffer.allocUnsafeSlow(BUFFER_BYTES);
}
