import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { seriesKey } from '../../wire/metric.ts';
import { SeriesTable, SourceTable } from '../series.ts';
import { Plugin } from './plugin.ts';

function pluginOf(command: string) {
  const table = new SeriesTable();
  const options = { name: 'p', command, everySeconds: 60, timeoutSeconds: 10 };
  const plugin = new Plugin(options, new SourceTable(table));
  const at = (key: string) =>
    table.metrics.findIndex(({ name, labels }) => seriesKey(name, labels) === key);
  return {
    table,
    run: (signal: AbortSignal = AbortSignal.timeout(10_000)) => plugin.run(signal),
    value: (key: string) => table.numbers[at(key)],
    text: () => table.strings[at('plugin_text{plugin="p"}')],
  };
}

test('status, text, values and thresholds become series', async () => {
  const { table, run, value, text } = pluginOf(
    `echo "WARN - '$LC_ALL' | load=7.5;5:;~:10;0;100 n=42c"; exit 1`,
  );
  await run();
  assert.equal(value('plugin_status{plugin="p"}'), 1);
  assert.equal(text(), "WARN - 'C'");
  const shown = (suffix: string) => value(`plugin_value${suffix}{label="load",plugin="p"}`);
  assert.deepEqual(
    ['', '_warn_below', '_critical', '_min', '_max', '_warn', '_critical_below'].map(shown),
    [7.5, 5, 10, 0, 100, undefined, undefined],
  );
  const slopes = table.metrics.map(({ name, slope }) => [name, slope]);
  assert.deepEqual(slopes.at(-1), ['plugin_value', 'positive']);
});

test('a value that the plugin does not tell any more is unknown', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'told');
    const { run, value } = pluginOf(
      `test -e ${file} && echo 'x|a=1' || { touch ${file}; echo 'x|a=1 b=2'; }`,
    );
    const values = () =>
      ['a', 'b'].map((label) => value(`plugin_value{label="${label}",plugin="p"}`));
    await run();
    assert.deepEqual(values(), [1, 2]);
    await run();
    assert.deepEqual(values(), [1, Number.NaN]);
  }));

for (const [command, expected] of [
  ['echo broken; exit 4', /ended with status 4; 0 to 3 are known. It said: broken/],
  ['/nowhere/check_nothing', /ended with status 127/],
  ['kill -9 $$', /the plugin was killed/],
] as const) {
  test(`fails: ${command}`, () => assert.rejects(pluginOf(command).run(), expected));
}

test('what takes too long is killed with all that it started', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'pid');
    const { run } = pluginOf(`sleep 1000 & echo $! >${file}.new; mv ${file}.new ${file}; wait`);
    const abort = new AbortController();
    const late = new Error('late');
    const running = run(abort.signal);
    await until(() => existsSync(file));
    abort.abort(late);
    await assert.rejects(running, late);
    const child = Number(readFileSync(file, 'utf8'));
    // Until somebody has waited for it, a dead process is a zombie.
    await until(() => !/^State:\s+[^Z]/m.test(statusOf(child)));
  }));

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = AbortSignal.timeout(10_000);
  while (!isTrue()) await setTimeout(5, undefined, { signal: deadline });
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-plugin-'));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
