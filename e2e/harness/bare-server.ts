/**
 * The least that a DHCP server can do, to compare with: answers each datagram, and one that asks for it after a write to the disk.
 *   node bare-server.ts FILE
 */
import { createSocket } from 'node:dgram';
import { open } from 'node:fs/promises';

export const BARE_PORT = 6767;
/** A request whose answer comes when it is on disk. */
export const WRITE = 'write';

if (import.meta.main) await serve(process.argv[2] ?? '');

async function serve(path: string): Promise<void> {
  const file = await open(path, 'a');
  const socket = createSocket('udp4');
  socket.on('message', async (bytes, from) => {
    if (bytes.toString() === WRITE) {
      await file.write(bytes);
      await file.datasync();
    }
    socket.send(bytes, from.port, from.address);
  });
  socket.bind(BARE_PORT);
}
