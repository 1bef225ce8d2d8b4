import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdReasonOf } from './rack-hold.ts';

const HOSTS = [
  { name: 'a', labels: { rack: 'r1' }, state: 'down' },
  { name: 'b', labels: { rack: 'r1' }, state: 'down' },
  { name: 'c', labels: { rack: 'r1' }, state: 'up' },
  { name: 'd', labels: { rack: 'r2' }, state: 'down' },
] as const;
const RACK = { alertname: 'RackDown', rack: 'r1' };

const cases = [
  { name: 'a host that is installed', labels: { host: 'a' }, held: ['a'], want: true },
  { name: 'another host', labels: { host: 'b' }, held: ['a'], want: false },
  {
    name: 'a rack whose silent hosts are all installed',
    labels: RACK,
    held: ['a', 'b'],
    want: true,
  },
  { name: 'a rack with one that died', labels: RACK, held: ['a'], want: false },
  { name: 'a rack that nobody installs', labels: RACK, held: [], want: false },
  {
    name: 'a rack without silent hosts',
    labels: { ...RACK, rack: 'r3' },
    held: ['a'],
    want: false,
  },
  {
    name: 'another alert of a rack',
    labels: { alertname: 'PowerLost', rack: 'r1' },
    held: ['a', 'b'],
    want: false,
  },
];

for (const { name, labels, held, want } of cases) {
  test(`${name} is ${want ? '' : 'not '}held`, () => {
    const reason = holdReasonOf(
      labels,
      () => HOSTS,
      (host) => (held.includes(host) ? 'provisioning: installing' : undefined),
    );
    assert.equal(reason, want ? 'provisioning: installing' : undefined);
  });
}
