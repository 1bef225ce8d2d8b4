import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { WorldError } from '../../base/errors.ts';
import { refused } from './received-sample.ts';
import type { Refusals } from './refusals.ts';

const CONNECTIONS_MAX = 200;
/** A sender that says nothing for so long is gone. */
const IDLE_MS_MAX = 600_000;
const LINE_BYTES_MAX = 8192;

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Hears lines over TCP.
 * @param take is given one line, without its end; what it throws as InputError is counted and the connection goes on
 * @throws WorldError `listen`
 */
export async function listenForLines(
  { address, port }: { readonly address: string; readonly port: number },
  refusals: Refusals,
  take: (line: string) => void,
): Promise<Listening> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    readLines(socket, refusals, take);
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.listen(port, address);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new WorldError('listen', `cannot hear Graphite on ${address}:${port}`, error);
  }
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound ? bound.port : port,
    async close() {
      for (const socket of open) socket.destroy();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

function readLines(socket: Socket, refusals: Refusals, take: (line: string) => void): void {
  const sender = socket.remoteAddress ?? '';
  let rest = '';
  socket.setEncoding('utf8');
  socket.setTimeout(IDLE_MS_MAX, () => socket.destroy());
  // A connection that breaks is the sender's affair.
  socket.on('error', () => socket.destroy());
  socket.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() !== '') refusals.guard(sender, () => take(line));
    }
    if (rest.length <= LINE_BYTES_MAX) return;
    refusals.guard(sender, () => {
      throw refused('line', `is longer than ${LINE_BYTES_MAX} bytes; the connection is closed`);
    });
    socket.destroy();
  });
}
