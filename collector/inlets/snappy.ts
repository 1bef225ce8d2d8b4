import { InputError } from '../../base/errors.ts';

/**
 * Unpacks a Snappy block.
 * @param sizeMax bytes of the result; a block that says it is larger is refused before anything is allocated
 * @throws InputError `inlet-body` for anything that is no whole block
 * Source: google/snappy, format_description.txt
 */
export function unpackSnappy(block: Uint8Array, sizeMax: number): Uint8Array {
  const { size, start } = readSize(block);
  if (size > sizeMax) throw broken(`unpacks to ${size} bytes, the limit is ${sizeMax}`);
  const out = new Uint8Array(size);
  let at = start;
  let written = 0;
  while (at < block.length) {
    const tag = block[at] as number;
    at += 1;
    const isLiteral = (tag & 3) === 0;
    const extra = isLiteral ? Math.max(0, (tag >> 2) - 59) : (EXTRA_BYTES[tag & 3] as number);
    if (at + extra > block.length) throw broken('ends inside an element');
    const number = littleEndian(block, at, extra);
    at += extra;
    if (isLiteral) {
      const length = (extra === 0 ? tag >> 2 : number) + 1;
      if (at + length > block.length || written + length > size) {
        throw broken(`a literal at byte ${at} is longer than the data`);
      }
      out.set(block.subarray(at, at + length), written);
      at += length;
      written += length;
    } else {
      const isShort = (tag & 3) === 1;
      const length = isShort ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
      const offset = isShort ? ((tag >> 5) << 8) | number : number;
      if (offset === 0 || offset > written || written + length > size) {
        throw broken(`a copy before byte ${at} reaches outside of the data`);
      }
      // The copy may overlap what it writes, so that it goes byte by byte.
      for (let index = 0; index < length; index += 1, written += 1) {
        out[written] = out[written - offset] as number;
      }
    }
  }
  if (written !== size) throw broken(`has ${written} of ${size} bytes`);
  return out;
}

/** Bytes of the offset of copies, by the kind of element. */
const EXTRA_BYTES = [0, 1, 2, 4] as const;

/** The size stands at the start, as a varint of at most 32 bits. */
function readSize(block: Uint8Array): { size: number; start: number } {
  let size = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = block[index];
    if (byte === undefined) break;
    size += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { size, start: index + 1 };
  }
  throw broken('has no size at its start');
}

function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  let number = 0;
  for (let index = 0; index < count; index += 1) {
    number += (bytes[at + index] as number) * 2 ** (8 * index);
  }
  return number;
}

function broken(reason: string): InputError {
  return new InputError('inlet-body', `the Snappy block ${reason}`, { field: 'body' });
}
