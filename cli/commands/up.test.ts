import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Command } from 'commander';
import { lockFolder } from '../../collector/store/lock.ts';
import { loadConfiguration } from '../configuration.ts';
import { register, withOptions } from './up.ts';

const CASES: readonly {
  name: string;
  yaml?: string;
  options: { agents?: string[]; pxe?: string[] };
  heard: string[];
  booted: string[];
}[] = [
  { name: 'nothing is heard beyond loopback until told', options: {}, heard: [], booted: [] },
  {
    name: 'machines that are booted on a network are heard there',
    options: { pxe: ['eth1'] },
    heard: ['eth1'],
    booted: ['eth1'],
  },
  {
    name: 'the configuration names them as well',
    yaml: 'pxe: {interfaces: [eth1]}',
    options: { agents: ['eth0'] },
    heard: ['eth0', 'eth1'],
    booted: ['eth1'],
  },
  {
    name: 'all are all',
    options: { agents: ['all'], pxe: ['eth1'] },
    heard: ['all'],
    booted: ['eth1'],
  },
];

for (const { name, yaml = '{}', options, heard, booted } of CASES) {
  test(`up: ${name}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'clustermon-up-'));
    const config = join(folder, 'config.yaml');
    writeFileSync(config, yaml);
    const { collector, pxe } = withOptions(loadConfiguration({ config, data: folder }), options);
    rmSync(folder, { recursive: true });
    assert.deepEqual(collector.interfaces, heard);
    assert.deepEqual(pxe.interfaces, booted);
    assert.equal(pxe.agentPort, collector.port);
  });
}

const OWN_AGENTS: readonly { name: string; yaml: string; group: string; interface: string }[] = [
  {
    name: 'its agent sends over loopback',
    yaml: '{}',
    group: '239.2.11.72',
    interface: '127.0.0.1',
  },
  {
    name: 'its agent sends to the collector itself where the group is an IPv6 one',
    yaml: "agent: {group: 'ff15::8641'}",
    group: '::1',
    interface: '',
  },
  {
    name: 'an interface that is configured stays',
    yaml: "agent: {group: 'ff15::8641', interface: eth0}",
    group: 'ff15::8641',
    interface: 'eth0',
  },
];

for (const { name, yaml, ...expected } of OWN_AGENTS) {
  test(`up: ${name}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'clustermon-up-'));
    const config = join(folder, 'config.yaml');
    writeFileSync(config, yaml);
    const { agent } = withOptions(loadConfiguration({ config, data: folder }), {});
    rmSync(folder, { recursive: true });
    assert.deepEqual({ group: agent.group, interface: agent.interface }, expected);
  });
}

test('a second one on the same data folder says so, starts nothing and leaves the first to be found', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'clustermon-up-'));
  t.after(() => rmSync(data, { recursive: true }));
  t.after(lockFolder(data));
  const serverFile = join(data, 'server.json');
  writeFileSync(serverFile, '{}');
  const program = new Command().option('--data <dir>').exitOverride();
  register(program);
  await assert.rejects(program.parseAsync(['--data', data, 'up'], { from: 'user' }), {
    code: 'data-locked',
    message: /another collector uses the data folder .*--data/,
  });
  assert.ok(existsSync(serverFile));
});
