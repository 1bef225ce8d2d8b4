import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { Command } from 'commander';
import { EXIT } from '../exit.ts';
import { register } from './node-actions.ts';

const NODES = ['n001', 'n002'].map((name, index) => ({
  id: index + 1,
  name,
  macs: [`52:54:00:00:00:0${index + 1}`],
  classes: [],
  state: 'up',
}));

let server: Server;
let url = '';
const posted: (string | undefined)[] = [];

before(async () => {
  server = createServer((request, response) => {
    if (request.method === 'POST') posted.push(request.url);
    response.end(JSON.stringify(request.method === 'POST' ? NODES[0] : { nodes: NODES }));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  posted.length = 0;
});
after(() => server.close());

/** Runs a command of `clustermon node` without a terminal. */
async function run(...args: string[]): Promise<void> {
  const program = new Command().option('--server <url>');
  register(program);
  const { isTTY } = process.stdin;
  process.stdin.isTTY = false;
  try {
    await program.parseAsync(['--server', url, ...args], { from: 'user' });
  } finally {
    process.stdin.isTTY = isTTY;
  }
}

const ASKING: readonly [args: string[], question: RegExp][] = [
  [['approve', 'n001'], /^The disks of n001 will be erased\. Add --yes/],
  [['install', 'n[001-002]'], /^The disks of 2 machines will be erased\. Add --yes/],
  [['retire', 'n001'], /^There is no way back for n001: .* never installed again\. Add --yes/],
  [['retire', 'n[001-002]'], /^There is no way back for 2 machines: /],
];
for (const [args, message] of ASKING) {
  test(`node ${args.join(' ')} asks, and --yes answers`, async () => {
    await assert.rejects(run(...args), { exitCode: EXIT.usage, message });
    assert.equal(posted.length, 0);
    await run(...args, '--yes');
    assert.ok(posted.length > 0 && posted.every((path) => path?.endsWith(`/${args[0]}`)));
  });
}

test('node cancel, which another approval takes back, does not ask', async () => {
  await run('cancel', 'n001');
  assert.equal(posted.length, 1);
});
