/** Two machines on a network that speak IPv6 with each other: the group is an IPv6 one. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { HostList } from '../wire/http.ts';
import { CLUSTERMON, startAppliance } from './harness/appliance.ts';
import { makeNetwork } from './harness/network.ts';
import { startProcess, waitFor } from './harness/process.ts';

/** Addresses of a link take seconds until they may be used (RFC 4862 §5.4). */
const DEADLINE_MS = 60_000;

for (const { scope, group } of [
  { scope: 'site', group: 'ff15::8641' },
  { scope: 'link', group: 'ff02::8641' },
]) {
  test(`agents are heard and asked in a group of ${scope} scope, that of the appliance too`, async (t) => {
    const network = makeNetwork(2);
    t.after(() => network.remove());
    const folder = mkdtempSync(join(tmpdir(), 'clustermon-six-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const [head, node] = network.hosts;
    assert.ok(head && node);
    const data = join(folder, 'head');
    const config = `collector: { group: '${group}' }\nagent: { group: '${group}', hostName: head }\n`;
    const appliance = await startAppliance({
      command: 'up',
      args: ['--agents', 'eth0'],
      host: head,
      data,
      config,
    });
    t.after(() => appliance.close());
    const agentConfig = join(folder, 'agent.yaml');
    writeFileSync(agentConfig, `agent: { group: '${group}', hostName: node }\n`);
    const agent = startProcess(
      CLUSTERMON,
      [
        ...['--data', join(folder, 'node'), '--config', agentConfig],
        ...['agent', '--secret-file', join(data, 'secret')],
      ],
      { host: node },
    );
    t.after(() => agent.end());
    const bothAreHeard = async () => {
      const { hosts } = await appliance.get<HostList>('/api/hosts');
      const heard = hosts.filter(({ state, address }) => state === 'up' && address.includes(':'));
      const names = heard.map(({ name }) => name).sort();
      return names.join() === 'head,node';
    };
    await waitFor('both hosts, by IPv6', bothAreHeard, DEADLINE_MS);
  });
}
