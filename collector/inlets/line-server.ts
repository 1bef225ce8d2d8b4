import type { Socket } from 'node:net';
import { refused } from './received-sample.ts';
import type { Refusals } from './refusals.ts';
import { type Listening, listenForConnections } from './tcp-server.ts';

const CONNECTIONS_MAX = 200;
/** A sender that says nothing for so long is gone. */
const IDLE_MS_MAX = 600_000;
const LINE_BYTES_MAX = 8192;

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
  const options = {
    address,
    port,
    connectionsMax: CONNECTIONS_MAX,
    idleMsMax: IDLE_MS_MAX,
    purpose: 'hear Graphite',
    advice: 'collector.graphitePort names another port',
  };
  return listenForConnections(options, (socket) => readLines(socket, refusals, take));
}

function readLines(socket: Socket, refusals: Refusals, take: (line: string) => void): void {
  const sender = socket.remoteAddress ?? '';
  let rest = '';
  socket.setEncoding('utf8');
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
