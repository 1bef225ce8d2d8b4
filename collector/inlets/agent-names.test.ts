import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Labels } from '../../wire/metric.ts';
import { agentIdToHex } from '../../wire/packet.ts';
import type { HostChange, LiveHost } from '../hosts/host-table.ts';
import { AgentNames } from './agent-names.ts';
import { pseudoAgentId } from './pseudo-agent.ts';

const AGENT_ID = 'abcdef0123456789abcdef0123456789';
const inletId = (name: string) => agentIdToHex(pseudoAgentId(name));
const FROM_GANGLIA = { ganglia_address: '10.0.0.1' };

/** As much of a host as is looked at. */
const host = (name: string, id: string, facts: Labels = {}) => ({ name, id, facts }) as LiveHost;

const cases: readonly [
  what: string,
  hosts: readonly LiveHost[],
  names: readonly string[],
  taken: readonly string[],
][] = [
  ['an agent', [host('a', AGENT_ID)], ['a'], []],
  ["a host of Ganglia's", [host('a', inletId('a'), FROM_GANGLIA)], [], []],
  [
    'an agent that came second',
    [host('a', inletId('a'), FROM_GANGLIA), host('a-abcd', AGENT_ID)],
    ['a'],
    ['a'],
  ],
  [
    "a host of Ganglia's that came second",
    [host('a', AGENT_ID), host(`a-${inletId('a').slice(0, 5)}`, inletId('a'), FROM_GANGLIA)],
    ['a'],
    ['a'],
  ],
  [
    'a host that has given way',
    [host('a', AGENT_ID), host('a-ganglia', inletId('a'), FROM_GANGLIA)],
    ['a', 'a-ganglia'],
    [],
  ],
  ['a host of another inlet', [host('a', inletId('a')), host('a-abcd', AGENT_ID)], ['a'], []],
  ['a name that looks like digits', [host('node-beef', AGENT_ID)], ['node-beef'], []],
];
for (const [what, hosts, names, taken] of cases) {
  test(`names of agents: ${what}`, () => {
    const agents = new AgentNames({ list: () => hosts, subscribe: () => () => {} });
    const all = ['a', 'a-abcd', 'a-ganglia', 'node', 'node-beef'];
    assert.deepEqual(
      all.filter((name) => agents.has(name)),
      names,
    );
    assert.deepEqual(agents.taken(), taken);
  });
}

test('a host that comes is known', () => {
  const hosts: LiveHost[] = [];
  let tell: (change: HostChange) => void = () => assert.fail();
  const agents = new AgentNames({
    list: () => hosts,
    subscribe(listener) {
      tell = listener;
      return () => {};
    },
  });
  assert.equal(agents.has('a'), false);
  const added = host('a', AGENT_ID);
  hosts.push(added);
  tell({ kind: 'host-added', host: added });
  assert.equal(agents.has('a'), true);
});
