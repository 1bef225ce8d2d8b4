import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { dropsIn, ownSockets } from './kernel-drops.ts';

/** Port 8641 is 21C1: our two sockets, one of another collector; and one of another port. */
const TABLE = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  601: 0100007F:21C1 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 501 2 00000000ead00ee2 3
  602: 480B02EF:21C1 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 502 2 00000000ead00ee3 4
  602: 480B02EF:21C1 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 700 2 00000000ead00ee4 88120
  772: 480B02EF:48D1 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 503 2 00000000d3688ff0 9
`;

const cases = [
  { name: 'of every process', port: 8641, inodes: undefined, drops: 88_127 },
  { name: 'of ours', port: 8641, inodes: new Set(['501', '502', '503']), drops: 7 },
  { name: 'of another port', port: 18_641, inodes: undefined, drops: 9 },
  { name: 'of a port that nobody hears', port: 1, inodes: undefined, drops: 0 },
];
for (const { name, port, inodes, drops } of cases) {
  test(`drops of sockets ${name}: ${drops}`, () => {
    assert.equal(dropsIn(TABLE, port, inodes), drops);
  });
}

test('sockets of this process are known by their inodes', async () => {
  const socket = createSocket('udp4');
  try {
    await once(socket.bind(0, '127.0.0.1'), 'listening');
    const address = `:${socket.address().port.toString(16).toUpperCase().padStart(4, '0')} `;
    const lines = readFileSync('/proc/net/udp', 'latin1').split('\n');
    const fields = lines
      .find((line) => line.includes(address))
      ?.trim()
      .split(/\s+/);
    assert.ok(ownSockets().has(fields?.[9] ?? ''));
  } finally {
    socket.close();
  }
});
