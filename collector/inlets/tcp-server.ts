import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { WorldError } from '../../base/errors.ts';

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

export interface TcpServerOptions {
  readonly address: string;
  readonly port: number;
  /** More are refused. */
  readonly connectionsMax: number;
  /** A connection on which nothing moves for so long is ended. */
  readonly idleMsMax: number;
  /** What goes on there, and what to do when it cannot: `hear Graphite`. */
  readonly purpose: string;
  readonly advice: string;
}

/** Listens for connections; closing ends those that are open. @throws WorldError `listen` */
export async function listenForConnections(
  { address, port, connectionsMax, idleMsMax, purpose, advice }: TcpServerOptions,
  take: (socket: Socket) => void,
): Promise<Listening> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    // A connection that breaks is the other side's affair.
    socket.on('error', () => socket.destroy());
    socket.setTimeout(idleMsMax, () => socket.destroy());
    take(socket);
  });
  server.maxConnections = connectionsMax;
  server.listen(port, address);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new WorldError('listen', `cannot ${purpose} on ${address}:${port} (${advice})`, error);
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
