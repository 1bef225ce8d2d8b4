/** Reporter of `node --test`: the files that a failed test is in, a line each. */
import { relative } from 'node:path';
import type { TestEvent } from 'node:test/reporters';

export default async function* failedFiles(events: AsyncIterable<TestEvent>) {
  const told = new Set<string>();
  for await (const event of events) {
    if (event.type !== 'test:fail') continue;
    const file = relative('.', event.data.file ?? event.data.name);
    if (!told.has(file)) yield `${file}\n`;
    told.add(file);
  }
}
