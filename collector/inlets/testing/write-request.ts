/** Makes the bytes that Prometheus sends, for tests. */

export interface WrittenSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly { readonly value: number; readonly timeMs: number }[];
  /** Native histograms, without content. */
  readonly histograms?: number;
}

export function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

function field(number: number, content: readonly number[]): number[] {
  return [...varint((number << 3) | 2), ...varint(content.length), ...content];
}

function double(value: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value, true);
  return [...new Uint8Array(view.buffer)];
}

const text = (value: string) => [...Buffer.from(value)];

/** prometheus.WriteRequest of metadata alone. @param type its number */
export function metadataRequest(
  all: readonly { readonly name: string; readonly type: number; readonly help: string }[],
): Uint8Array {
  const bytes = all.flatMap(({ name, type, help }) =>
    field(3, [8, ...varint(type), ...field(2, text(name)), ...field(4, text(help))]),
  );
  return Uint8Array.from(bytes);
}

/** prometheus.WriteRequest */
export function writeRequest(all: readonly WrittenSeries[]): Uint8Array {
  const bytes = all.flatMap(({ labels, samples, histograms = 0 }) =>
    field(1, [
      ...Object.entries(labels).flatMap(([name, value]) =>
        field(1, [...field(1, text(name)), ...field(2, text(value))]),
      ),
      ...samples.flatMap(({ value, timeMs }) =>
        field(2, [9, ...double(value), 16, ...varint(timeMs)]),
      ),
      ...Array.from({ length: histograms }, () => field(4, [])).flat(),
    ]),
  );
  return Uint8Array.from(bytes);
}

/** A Snappy block of literals alone. */
export function packSnappy(bytes: Uint8Array): Uint8Array {
  const parts = [...varint(bytes.length)];
  for (let at = 0; at < bytes.length; at += 60) {
    const literal = bytes.subarray(at, at + 60);
    parts.push((literal.length - 1) << 2, ...literal);
  }
  return Uint8Array.from(parts);
}
