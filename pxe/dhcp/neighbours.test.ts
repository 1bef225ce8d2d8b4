import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Ipv4, parseIpv4 } from '../../wire/address.ts';
import { parseArpTable, probeAddress } from './neighbours.ts';

test('only answered entries of the ARP table count', () => {
  const text = `IP address       HW type     Flags       HW address            Mask     Device
10.99.0.2        0x1         0x2         52:54:00:aa:00:01     *        eth0
10.99.0.3        0x1         0x0         00:00:00:00:00:00     *        eth0
10.99.0.4        0x1         0x6         52:54:00:aa:00:04     *        eth0
nonsense
`;
  assert.deepEqual(
    [...parseArpTable(text)],
    [
      [parseIpv4('10.99.0.2'), '52:54:00:aa:00:01'],
      [parseIpv4('10.99.0.4'), '52:54:00:aa:00:04'],
    ],
  );
});

test('a host that refuses a datagram uses its address', async () => {
  assert.equal(await probeAddress(parseIpv4('127.0.0.9') as Ipv4), 'unknown machine');
});
