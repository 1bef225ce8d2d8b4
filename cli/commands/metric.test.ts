import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Command } from 'commander';
import { newestValues, register } from './metric.ts';

/** An appliance with one metric of numbers and one of texts, on two hosts. */
const appliance = {
  async get<T>(path: string, query: Readonly<Record<string, unknown>> = {}): Promise<T> {
    return (path === '/api/texts' ? textsOf(query['metric']) : numbersOf(query['query'])) as T;
  },
};

function textsOf(metric: unknown): readonly object[] {
  if (metric !== 'os_release') return [];
  return ['a', 'b'].map((host) => ({ host, labels: { rack: 'r1' }, value: '6.1' }));
}

function numbersOf(query: unknown): object {
  const isKnown = query === '{__name__="load_one"}';
  const metric = { __name__: 'load_one', host: 'a', rack: 'r1' };
  return { data: { result: isKnown ? [{ metric, value: [0, '0.5'] }] : [] } };
}

const labels = { rack: 'r1' };
const cases = [
  { name: 'load_one', host: undefined, rows: [{ host: 'a', labels, value: 0.5 }] },
  {
    name: 'os_release',
    host: undefined,
    rows: [
      { host: 'a', labels, value: '6.1' },
      { host: 'b', labels, value: '6.1' },
    ],
  },
  { name: 'os_release', host: 'b', rows: [{ host: 'b', labels, value: '6.1' }] },
  { name: 'nothing', host: undefined, rows: [] },
];
for (const { name, host, rows } of cases) {
  test(`metric get ${name} of ${host ?? 'all hosts'}`, async () => {
    assert.deepEqual(await newestValues(appliance, name, host), rows);
  });
}

test('metric send takes the types of gmetric', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-metric-'));
  const lines: string[] = [];
  const agent = createServer((socket) => {
    socket.on('data', (bytes) => {
      lines.push(bytes.toString());
      socket.end('{"ok":true}\n');
    });
  });
  try {
    await once(agent.listen(join(folder, 'agent.sock')), 'listening');
    const program = new Command().option('--data <dir>');
    register(program);
    const words = ['--data', folder, 'metric', 'send', 'backup_age', '3600', '--type', 'uint32'];
    await program.parseAsync(words, { from: 'user' });
    const { type, value } = JSON.parse(lines.join('')) as { type: string; value: number };
    assert.deepEqual([type, value], ['uint', 3600]);
  } finally {
    agent.close();
    rmSync(folder, { recursive: true });
  }
});
