/** A process that writes blocks until it is killed: `node write-forever.ts FILE`; prints how many are committed after each flush. */

import { dirname } from 'node:path';
import { blockStart, layoutArchives } from '../../archive/layout.ts';
import { openSamples } from '../block-store.ts';
import { lockFolder } from '../lock.ts';
import { SampleWriter } from '../sample-writer.ts';

const file = process.argv[2] ?? '';
const archives = layoutArchives(['1s:1h', '10s:6h']);
const [finest] = archives;
if (!finest) throw new Error('no archive');
lockFolder(dirname(file));
const writer = new SampleWriter(openSamples(file, archives), archives);
const start = blockStart(finest, 1, 1_000_000_000);
for (let block = 0; ; block += 1) {
  const values = Float64Array.from({ length: finest.spanSeconds }, (_, row) =>
    Math.sin(row * block),
  );
  writer.put(1, start + block * finest.spanSeconds, new Map([[0, values]]));
  if (!writer.flush()) throw new Error(writer.failure);
  process.stdout.write(`${block + 1}\n`);
}
